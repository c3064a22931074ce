"""Folds measurements to changes of facts, and facts to alerts.

Stage: between the observers and the timeline. Pure: the same measurements and
ticks give the same payloads. It never appends and never reads a clock; media
time comes with each call and is taken as never stepping back.
"""

from __future__ import annotations

from collections.abc import Iterable

from shuanglu.rules.classify import classify
from shuanglu.rules.folds import AlertFold, FactFold, ToldFold
from shuanglu.rules.measurement import Measurement
from shuanglu.rules.observation import Observation
from shuanglu.rules.policy import AlertPolicy, shipped_policy
from shuanglu.timeline.events import Fact, Payload


class Watch:
    """Watches one session: give it every measurement, and a tick about once a second."""

    def __init__(self, policy: AlertPolicy | None = None) -> None:
        policy = policy or shipped_policy()
        self._facts = _forgotten(policy)
        self._alerts = [AlertFold(rule, policy.version) for rule in policy.alerts]
        self._told = {rule.alert: ToldFold(rule, policy.version) for rule in policy.told}
        self._policy = policy
        self._now_ms = 0
        self._suspended = False
        self._moment: frozenset[str] = frozenset()
        self.moment = frozenset({"idle"})

    @property
    def active(self) -> frozenset[str]:
        """Alerts that are raised now."""
        raised = {fold.rule.alert for fold in self._alerts if fold.active}
        return frozenset(raised | {alert for alert, fold in self._told.items() if fold.active})

    @property
    def facts(self) -> dict[Fact, str | None]:
        """What is known now; ``None`` before the first sample."""
        return {fact: fold.kind for fact, fold in self._facts.items()}

    @property
    def undecided(self) -> frozenset[Fact]:
        """Facts of which one more sample may change the value: the sooner it comes the better."""
        return frozenset(fact for fact, fold in self._facts.items() if fold.is_undecided)

    @property
    def moment(self) -> frozenset[str]:
        """What goes on in the script; some rules hold only then (``during``)."""
        return self._moment

    @moment.setter
    def moment(self, moment: frozenset[str]) -> None:
        self._moment = moment
        for fold in self._alerts:
            fold.enter(moment, self._now_ms)

    def measure(self, measurement: Measurement) -> list[Payload]:
        """Take one measurement; what must be appended because of it, in order."""
        return self._take(classify(measurement, self._policy), measurement.at_ms)

    def observe(self, observation: Observation) -> list[Payload]:
        """Take one fact that an observer states by itself; what must be appended."""
        return self._take([observation], observation.at_ms)

    def _take(self, observations: Iterable[Observation], at_ms: int) -> list[Payload]:
        self._now_ms = max(self._now_ms, at_ms)
        self._suspended = False
        changes = [self._facts[seen.fact].observe(seen, self._now_ms) for seen in observations]
        return [*(change for change in changes if change), *self._update_alerts()]

    def tick(self, at_ms: int) -> list[Payload]:
        """Media time passed; what must be appended because of it, in order."""
        self._now_ms = max(self._now_ms, at_ms)
        if self._suspended:
            return []
        changes = [fold.tick(self._now_ms) for fold in self._facts.values()]
        return [*(change for change in changes if change), *self._update_alerts()]

    def suspend(self, at_ms: int) -> list[Payload]:
        """No media comes (the phone is away): alerts end, facts are forgotten.

        Ticks do nothing from here to the next measurement. The gap itself is told by the
        recorder; it is no failing of the observers. An alert that is told and has no end
        of its own (``lasts_ms``) stands: its cause is not in the media.
        """
        self._now_ms = max(self._now_ms, at_ms)
        self._suspended = True
        self._facts = _forgotten(self._policy)
        ended = [fold.end(self._now_ms) for fold in self._alerts]
        ended += [fold.suspend(self._now_ms) for fold in self._told.values()]
        return [each for each in ended if each]

    def raise_alert(self, alert: str, at_ms: int, detail: str | None = None) -> list[Payload]:
        """An alert whose cause was found elsewhere; told again it goes on.

        Raises ``KeyError`` if the policy's ``told`` does not have it.
        """
        self._now_ms = max(self._now_ms, at_ms)
        raised = self._told[alert].tell(self._now_ms, detail)
        return [raised] if raised else []

    def end_alert(self, alert: str, at_ms: int) -> list[Payload]:
        """The cause of a told alert is gone; nothing if it is not raised."""
        self._now_ms = max(self._now_ms, at_ms)
        ended = self._told[alert].end(self._now_ms)
        return [ended] if ended else []

    def _update_alerts(self) -> list[Payload]:
        updates = [fold.update(self._facts[fold.rule.fact], self._now_ms) for fold in self._alerts]
        ended = [fold.tick(self._now_ms) for fold in self._told.values()]
        return [payload for payload in (*updates, *ended) if payload is not None]


def _forgotten(policy: AlertPolicy) -> dict[Fact, FactFold]:
    return {fact: FactFold(fact, policy) for fact in policy.stale_after_ms}
