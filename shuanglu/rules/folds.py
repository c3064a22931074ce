"""The folds of a watch: one fact, one alert that follows from a fact, one that is told.

Stage: inside the watch. Each is given media time with every call and never reads a clock.
"""

from __future__ import annotations

from dataclasses import dataclass

from shuanglu.rules.observation import NOT_EVALUATED, Observation
from shuanglu.rules.policy import AlertPolicy, AlertRule, ToldAlert, kind_of
from shuanglu.timeline.events import AlertEnded, AlertRaised, Fact, ObservationChanged


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

    @property
    def is_undecided(self) -> bool:
        """Whether newer samples speak for another value, and are too few yet."""
        return self._run_length > 0

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
        return self._change(seen, kind) if self._is_confirmed(seen, kind) else None

    def _is_confirmed(self, seen: Observation, kind: str) -> bool:
        lasted_ms = seen.at_ms - self._run_since_ms
        return self._run_length >= self._policy.samples_needed(
            self._fact, kind
        ) and lasted_ms >= self._policy.ms_needed(self._fact, kind)

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

    def __init__(self, rule: AlertRule, version: int) -> None:
        self.rule = rule
        self._version = version
        self._at = _Standing()
        self._holds_since_ms: int | None = 0 if rule.during is None else None

    @property
    def active(self) -> bool:
        """Whether the alert is raised now."""
        return self._at.raised_since_ms is not None

    def enter(self, moment: frozenset[str], now_ms: int) -> None:
        """Another moment of the script begins: the rule may hold from now on, or no more."""
        if self.rule.during is None:
            return
        if self.rule.during.isdisjoint(moment):
            self._holds_since_ms = None
        elif self._holds_since_ms is None:
            self._holds_since_ms = now_ms

    def update(self, fact: FactFold, now_ms: int) -> AlertRaised | AlertEnded | None:
        """Look at the fact; tell if the alert begins or ends."""
        since_ms = self._cause_since(fact)
        if since_ms is None or now_ms < since_ms:
            return self._cause_is_away(now_ms)
        return self._cause_is_there(since_ms, now_ms)

    def _cause_since(self, fact: FactFold) -> int | None:
        if fact.kind not in self.rule.values or self._holds_since_ms is None:
            return None
        if self._holds_since_ms == 0:
            return fact.since_ms
        return max(fact.since_ms, self._holds_since_ms + self.rule.settle_ms)

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
            rule_version=self._version,
            since_ms=at.raised_since_ms,
            respond_within_s=self.rule.respond_within_s,
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
        return AlertEnded(
            alert=self.rule.alert, since_ms=since_ms, until_ms=max(since_ms, until_ms)
        )


class ToldFold:
    """One alert that is told: it stands until it is ended, or until it was not told for long."""

    def __init__(self, rule: ToldAlert, version: int) -> None:
        self.rule = rule
        self._version = version
        self._since_ms: int | None = None
        self._told_ms = 0

    @property
    def active(self) -> bool:
        """Whether the alert is raised now."""
        return self._since_ms is not None

    def tell(self, at_ms: int, detail: str | None) -> AlertRaised | None:
        """Its cause was found, again perhaps: the same alert then goes on."""
        self._told_ms = max(self._told_ms, at_ms)
        if self._since_ms is not None:
            return None
        self._since_ms = at_ms
        return AlertRaised(
            alert=self.rule.alert,
            severity=self.rule.severity,
            rule_version=self._version,
            since_ms=at_ms,
            detail=detail,
            respond_within_s=self.rule.respond_within_s,
        )

    def tick(self, now_ms: int) -> AlertEnded | None:
        """It ends by itself when it was not told for as long as it lasts."""
        lasts_ms = self.rule.lasts_ms
        if lasts_ms is None or now_ms - self._told_ms < lasts_ms:
            return None
        return self.end(self._told_ms + lasts_ms)

    def suspend(self, now_ms: int) -> AlertEnded | None:
        """The media is interrupted: what does not end by itself stands through it."""
        return None if self.rule.lasts_ms is None else self.end(now_ms)

    def end(self, until_ms: int) -> AlertEnded | None:
        """End the alert."""
        since_ms, self._since_ms = self._since_ms, None
        if since_ms is None:
            return None
        return AlertEnded(
            alert=self.rule.alert, since_ms=since_ms, until_ms=max(since_ms, until_ms)
        )
