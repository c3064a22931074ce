"""Judges a performed challenge. Nothing is "passed" that was not measured.

Stage: pure, the last word on a challenge. The two middle outcomes keep apart what may be
asked again (inconclusive) from what could not be looked at (not evaluated).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from shuanglu.rules.liveness.digits import lips_step, said
from shuanglu.rules.liveness.flash import flash_trace
from shuanglu.rules.liveness.gestures import METRICS, others_made, seen_at
from shuanglu.rules.liveness.policy import LivenessPolicy
from shuanglu.rules.measurement import Measurement
from shuanglu.timeline.events import (
    ChallengeKind,
    ChallengeOutcome,
    LivenessChallenged,
    LivenessJudged,
    LivenessPerformed,
    Metric,
    SpeechRecognised,
)


@dataclass(frozen=True, slots=True)
class _Finding:
    outcome: ChallengeOutcome
    reasons: tuple[str, ...] = ()
    scores: dict[str, float] = field(default_factory=dict)


def judge(
    challenged: LivenessChallenged,
    performed: LivenessPerformed,
    measurements: Sequence[Measurement],
    words: Sequence[SpeechRecognised],
    policy: LivenessPolicy,
) -> LivenessJudged:
    """What the measurements around ``performed`` say of ``challenged``."""
    found = _found(challenged, performed, measurements, words, policy)
    models = {sha for m in measurements for sha in m.model_sha256s}
    models |= {each.model_sha256 for each in words if each.model_sha256}
    passive = [
        m.metrics[Metric.PASSIVE_LIVE] for m in measurements if Metric.PASSIVE_LIVE in m.metrics
    ]
    return LivenessJudged(
        step_id=challenged.step_id,
        attempt=challenged.attempt,
        challenge=challenged.challenge,
        kind=challenged.kind,
        outcome=found.outcome,
        reasons=found.reasons,
        scores={name: round(value, 4) for name, value in found.scores.items()},
        passive_score=round(median(passive), 4) if passive else None,
        policy_version=policy.version,
        model_sha256s=tuple(sorted(models)),
    )


def _found(
    challenged: LivenessChallenged,
    performed: LivenessPerformed,
    measurements: Sequence[Measurement],
    words: Sequence[SpeechRecognised],
    policy: LivenessPolicy,
) -> _Finding:
    asked = (challenged.step_id, challenged.attempt, challenged.challenge)
    if asked != (performed.step_id, performed.attempt, performed.challenge):
        return _Finding(ChallengeOutcome.INCONCLUSIVE, ("not_performed",))
    match challenged.kind:
        case ChallengeKind.GESTURES:
            return _gestures(challenged, performed, measurements, policy)
        case ChallengeKind.DIGITS:
            early_ms = performed.from_ms - policy.digits.early_ms
            answer = [each for each in words if each.from_ms >= early_ms]
            return _digits(challenged, answer, measurements, policy)
        case ChallengeKind.FLASH:
            return _flash(challenged, performed, measurements, policy)


def _gestures(
    challenged: LivenessChallenged,
    performed: LivenessPerformed,
    measurements: Sequence[Measurement],
    policy: LivenessPolicy,
) -> _Finding:
    rule, wanted = policy.gestures, challenged.gestures
    span_s = (performed.to_ms - performed.from_ms) / 1000
    metrics = {METRICS[gesture][0] for gesture in wanted}
    seen = [
        m
        for m in measurements
        if performed.from_ms <= m.at_ms <= performed.to_ms and metrics <= m.metrics.keys()
    ]
    rate_hz = len(seen) / max(span_s, 0.001)
    if rate_hz < rule.min_rate_hz:
        outcome = ChallengeOutcome.INCONCLUSIVE if seen else ChallengeOutcome.NOT_EVALUATED
        return _Finding(outcome, ("too_few_pictures",), {"rate_hz": rate_hz})
    found = seen_at(wanted, measurements, performed.shown_ms, performed.from_ms, rule)
    others = others_made(found, measurements, performed.from_ms, rule)
    scores = {
        "seen": float(len(found)),
        "wanted": float(len(wanted)),
        "others": float(others),
        "rate_hz": rate_hz,
    }
    if others > rule.most_others:
        return _Finding(ChallengeOutcome.FAILED, ("gestures_others",), scores)
    if wanted and len(found) == len(wanted):
        return _Finding(ChallengeOutcome.PASSED, (), scores)
    missing = f"gesture_missing:{wanted[len(found)]}"
    return _Finding(ChallengeOutcome.FAILED, (missing,), scores)


def _digits(  # noqa: PLR0911 - one answer a reason
    challenged: LivenessChallenged,
    words: Sequence[SpeechRecognised],
    measurements: Sequence[Measurement],
    policy: LivenessPolicy,
) -> _Finding:
    rule = policy.digits
    if not words:
        return _Finding(ChallengeOutcome.INCONCLUSIVE, ("nothing_heard",))
    known = [each for each in words if each.evaluated]
    if not known:
        return _Finding(ChallengeOutcome.NOT_EVALUATED, ("words_not_evaluated",))
    sure = [each for each in known if (each.confidence or 0.0) >= rule.min_confidence]
    heard = said(known, rule.sounds)
    too_many = len(heard) > len(challenged.digits) + rule.most_extra
    right = bool(challenged.digits) and challenged.digits in heard and not too_many
    seen = [each for each in known if each.lips != "not_seen"]
    moving = sum(each.lips == "moving" for each in seen) / len(seen) if seen else 0.0
    step = lips_step(measurements, [(each.from_ms, each.to_ms) for each in known])
    scores = {"digits_right": float(right), "lips_moving": moving}
    if step is not None:
        scores["lips_step"] = step
    if not right:
        # A recogniser of this class hears one digit in twenty wrong: ask for another kind.
        return _Finding(ChallengeOutcome.INCONCLUSIVE, ("digits",), scores)
    if not sure:
        return _Finding(ChallengeOutcome.INCONCLUSIVE, ("digits_unsure",), scores)
    if not seen:
        return _Finding(ChallengeOutcome.INCONCLUSIVE, ("lips_not_seen",), scores)
    if moving < rule.lips_moving_share:
        return _Finding(ChallengeOutcome.FAILED, ("lips_still",), scores)
    if step is not None and step < rule.lips_step_ratio:
        return _Finding(ChallengeOutcome.INCONCLUSIVE, ("lips_out_of_step",), scores)
    return _Finding(ChallengeOutcome.PASSED, (), scores)


def _flash(  # noqa: PLR0911 - one answer a reason
    challenged: LivenessChallenged,
    performed: LivenessPerformed,
    measurements: Sequence[Measurement],
    policy: LivenessPolicy,
) -> _Finding:
    rule = policy.flash
    if len(performed.shown_ms) != len(challenged.colours):
        return _Finding(ChallengeOutcome.INCONCLUSIVE, ("not_all_shown",))
    shown_at = [performed.from_ms + ms for ms in performed.shown_ms]
    until_ms = shown_at[-1] + challenged.colour_ms
    if not any(Metric.SKIN_R in m.metrics for m in measurements):
        return _Finding(ChallengeOutcome.NOT_EVALUATED, ("skin_not_measured",))
    trace = flash_trace(challenged.colours, shown_at, until_ms, measurements, rule)
    if trace is None:
        return _Finding(ChallengeOutcome.INCONCLUSIVE, ("too_few_pictures",))
    scores = {
        "correlation": trace.correlation,
        "possible": trace.possible,
        "signal": trace.signal,
        "lag_ms": float(trace.lag_ms),
    }
    if trace.signal < rule.min_signal:
        return _Finding(ChallengeOutcome.INCONCLUSIVE, ("flash_weak",), scores)
    if trace.correlation >= max(rule.passes_from, rule.passes_share * trace.possible):
        return _Finding(ChallengeOutcome.PASSED, (), scores)
    if trace.correlation < rule.fails_below and trace.signal >= rule.fail_signal:
        return _Finding(ChallengeOutcome.FAILED, ("flash_wrong",), scores)
    return _Finding(ChallengeOutcome.INCONCLUSIVE, ("flash_unclear",), scores)
