"""Folds observations to changes of facts, and facts to alerts.

Stage: between the observers and the timeline. Pure: the same observations and
ticks give the same payloads. It never appends and never reads a clock; media
time comes with each call and is taken as never stepping back.
"""

from __future__ import annotations

from dataclasses import dataclass

from shuanglu.rules.classify import classify
from shuanglu.rules.measurement import Measurement
from shuanglu.rules.observation import NOT_EVALUATED, Observation
from shuanglu.rules.policy import (
    AlertPolicy,
    AlertRule,
    OtherAlert,
    kind_of,
    shipped_policy,
)
from shuanglu.timeline.events import (
    AlertEnded,
    AlertRaised,
    Fact,
    ObservationChanged,
    Payload,
)


class FactFold:
    """One fact: its value, and the run of samples that may become the next one."""

    def __init__(self, fact: Fact, policy: AlertPolicy) -> None:
        self._fact = fact
        self._policy = policy
        self.kind: str | None = None
        self.since_ms = 0
        self._run_kind: str | None = None
        self._run_length = 0
        self._run_since_ms = 0
        self._seen_ms: int | None = None

    def observe(self, seen: Observation, now_ms: int) -> ObservationChanged | None:
        """Take one sample; tell if the fact changed by it."""
        self._seen_ms = now_ms
        kind = kind_of(self._fact, seen.value)
        if kind == self.kind:
            self._run_kind, self._run_length = None, 0
            return None
        if kind != self._run_kind:
            self._run_kind, self._run_length = kind, 0
            self._run_since_ms = max(self.since_ms, seen.at_ms)
        self._run_length += 1
        if self._run_length < self._policy.samples_needed(self._fact, kind):
            return None
        return self._change(seen, kind)

    def tick(self, now_ms: int) -> ObservationChanged | None:
        """No sample for too long: what is not looked at is not known."""
        if self._seen_ms is None:
            self._seen_ms = now_ms
        if self.kind == NOT_EVALUATED:
            return None
        if now_ms - self._seen_ms <= self._policy.stale_after_ms[self._fact]:
            return None
        self._run_since_ms = now_ms
        return self._change(Observation(self._fact, NOT_EVALUATED, now_ms), NOT_EVALUATED)

    def _change(self, seen: Observation, kind: str) -> ObservationChanged:
        self.kind, self.since_ms = kind, self._run_since_ms
        self._run_kind, self._run_length = None, 0
        return ObservationChanged(
            fact=self._fact,
            value=seen.value,
            score=seen.score,
            since_ms=self.since_ms,
            model_sha256=seen.model_sha256,
        )


@dataclass(slots=True)
class _Standing:
    """Where one rule stands."""

    cause_since_ms: int | None = None
    away_since_ms: int | None = None
    raised_since_ms: int | None = None


class AlertFold:
    """One rule: raised when its cause lasts, ended when the cause stays away."""

    def __init__(self, rule: AlertRule, policy: AlertPolicy) -> None:
        self.rule = rule
        self._policy = policy
        self._at = _Standing()

    @property
    def active(self) -> bool:
        """Whether the alert is raised now."""
        return self._at.raised_since_ms is not None

    def update(
        self, fact: FactFold, now_ms: int, moment: frozenset[str], moment_since_ms: int
    ) -> AlertRaised | AlertEnded | None:
        """Look at the fact in this moment of the script; tell if the alert begins or ends."""
        if fact.kind in self.rule.values and self.rule.holds_in(moment):
            return self._cause_is_there(max(fact.since_ms, moment_since_ms), now_ms)
        return self._cause_is_away(now_ms)

    def _cause_is_there(self, since_ms: int, now_ms: int) -> AlertRaised | None:
        at = self._at
        at.away_since_ms = None
        if at.cause_since_ms is None:
            at.cause_since_ms = since_ms
        if self.active or now_ms - at.cause_since_ms < self.rule.after_ms:
            return None
        at.raised_since_ms = at.cause_since_ms
        return AlertRaised(
            alert=self.rule.alert,
            severity=self.rule.severity,
            rule_version=self._policy.version,
            since_ms=at.raised_since_ms,
            respond_within_s=self._policy.deadline_s(self.rule.severity),
        )

    def _cause_is_away(self, now_ms: int) -> AlertEnded | None:
        at = self._at
        if not self.active:
            at.cause_since_ms = None
            return None
        if at.away_since_ms is None:
            at.away_since_ms = now_ms
        if now_ms - at.away_since_ms < self.rule.ends_after_ms:
            return None
        return self.end(at.away_since_ms)

    def end(self, until_ms: int) -> AlertEnded | None:
        """End the alert, whatever its cause does."""
        since_ms = self._at.raised_since_ms
        self._at = _Standing()
        if since_ms is None:
            return None
        return AlertEnded(alert=self.rule.alert, since_ms=since_ms, until_ms=until_ms)


class OtherFold:
    """An alert that is raised by hand: repeats fold into the one that stands."""

    def __init__(self, rule: OtherAlert, policy: AlertPolicy) -> None:
        self._rule = rule
        self._policy = policy
        self._since_ms: int | None = None
        self._last_ms = 0

    @property
    def active(self) -> bool:
        """Whether it is raised now."""
        return self._since_ms is not None

    def raised(self, at_ms: int, detail: str | None) -> AlertRaised | None:
        """Its cause is there; tell if the alert begins by it."""
        self._last_ms = at_ms
        if self.active:
            return None
        self._since_ms = at_ms
        return AlertRaised(
            alert=self._rule.alert,
            severity=self._rule.severity,
            rule_version=self._policy.version,
            since_ms=at_ms,
            detail=detail,
            respond_within_s=self._policy.deadline_s(self._rule.severity),
        )

    def tick(self, now_ms: int) -> AlertEnded | None:
        """Time has passed; some end by themselves."""
        after_ms = self._rule.ends_after_ms
        if after_ms is None or now_ms - self._last_ms < after_ms:
            return None
        return self.end(now_ms)

    def end(self, until_ms: int) -> AlertEnded | None:
        """Its cause is away."""
        since_ms, self._since_ms = self._since_ms, None
        if since_ms is None:
            return None
        until_ms = max(since_ms, until_ms)
        return AlertEnded(alert=self._rule.alert, since_ms=since_ms, until_ms=until_ms)


class Watch:
    """Watches one session: give it every measurement, and a tick about once a second."""

    def __init__(self, policy: AlertPolicy | None = None) -> None:
        policy = policy or shipped_policy()
        self._facts = {fact: FactFold(fact, policy) for fact in policy.stale_after_ms}
        self._alerts = [AlertFold(rule, policy) for rule in policy.alerts]
        self._others = {rule.alert: OtherFold(rule, policy) for rule in policy.other_alerts}
        self._policy = policy
        self._now_ms = 0
        self._suspended = False
        self._moment: frozenset[str] = frozenset({"idle"})
        self._moment_since_ms = 0

    @property
    def active(self) -> frozenset[str]:
        """Alerts that are raised now."""
        raised = {fold.rule.alert for fold in self._alerts if fold.active}
        return frozenset(raised | {name for name, fold in self._others.items() if fold.active})

    @property
    def facts(self) -> dict[Fact, str | None]:
        """What is known now; ``None`` before the first sample."""
        return {fact: fold.kind for fact, fold in self._facts.items()}

    @property
    def moment(self) -> frozenset[str]:
        """The moment of the script, as in ``during`` of the policy."""
        return self._moment

    @moment.setter
    def moment(self, moment: frozenset[str]) -> None:
        if moment != self._moment:
            self._moment, self._moment_since_ms = moment, self._now_ms

    def measure(self, measured: Measurement) -> list[Payload]:
        """Take one measurement; what must be appended because of it, in order."""
        payloads: list[Payload] = []
        for observation in classify(measured, self._policy):
            payloads += self.observe(observation)
        return payloads

    def observe(self, observation: Observation) -> list[Payload]:
        """Take one observation; what must be appended because of it, in order."""
        self._now_ms = max(self._now_ms, observation.at_ms)
        self._suspended = False
        change = self._facts[observation.fact].observe(observation, self._now_ms)
        return [*([change] if change else []), *self._update_alerts()]

    def tick(self, at_ms: int) -> list[Payload]:
        """Media time passed; what must be appended because of it, in order."""
        self._now_ms = max(self._now_ms, at_ms)
        if self._suspended:
            return []
        changes = [fold.tick(self._now_ms) for fold in self._facts.values()]
        ended = [fold.tick(self._now_ms) for fold in self._others.values()]
        told = [payload for payload in (*changes, *ended) if payload is not None]
        return [*told, *self._update_alerts()]

    def suspend(self, at_ms: int) -> list[Payload]:
        """No media comes (the phone is away): alerts end, facts are forgotten.

        Ticks do nothing from here to the next observation.
        The gap itself is told by the recorder; it is no failing of the observers.
        """
        self._now_ms = max(self._now_ms, at_ms)
        self._suspended = True
        self._facts = {fact: FactFold(fact, self._policy) for fact in self._facts}
        return [ended for fold in self._alerts if (ended := fold.end(self._now_ms))]

    def raise_alert(self, alert: str, at_ms: int, detail: str | None = None) -> list[Payload]:
        """An alert of ``other_alerts``; repeats fold into the one that stands."""
        raised = self._others[alert].raised(at_ms, detail)
        return [raised] if raised else []

    def end_alert(self, alert: str, at_ms: int) -> list[Payload]:
        """The cause of such an alert is away."""
        ended = self._others[alert].end(at_ms)
        return [ended] if ended else []

    def _update_alerts(self) -> list[Payload]:
        now_ms, moment, since_ms = self._now_ms, self._moment, self._moment_since_ms
        updates = (
            fold.update(self._facts[fold.rule.fact], now_ms, moment, since_ms)
            for fold in self._alerts
        )
        return [payload for payload in updates if payload is not None]
