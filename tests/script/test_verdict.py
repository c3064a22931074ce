"""What makes a whole record incomplete, or a person look at it."""

from __future__ import annotations

import pytest

from shuanglu.script.runner import Append, decide, fold
from shuanglu.script.verdict import judge
from shuanglu.timeline import events as ev
from tests.script.scripts import chained, compared, done, seen, small_script, whole_history

SCRIPT = small_script()


def verdict_with(*more: ev.Payload) -> ev.VerdictGiven:
    return judge(SCRIPT, chained([*whole_history(), *more]))


def doubts(verdict: ev.VerdictGiven) -> set[tuple[str, str]]:
    return {(doubt.step_id, doubt.reason) for doubt in verdict.not_evaluated}


def span_of(step_id: str) -> tuple[int, int]:
    """Media time of a step in the whole history."""
    times = [
        event.media_time_ms or 0
        for event in chained(whole_history())
        if getattr(event.payload, "step_id", None) == step_id
    ]
    return times[0], times[-1]


@pytest.mark.parametrize("purpose", ["answer", "continuity"])
def test_another_face_in_the_attempt_that_stands_opens_its_step_again(purpose: str) -> None:
    other = compared("ask", 1, purpose, "other")
    verdict = verdict_with(other)
    assert verdict.outcome is ev.Outcome.INCOMPLETE
    assert verdict.missing == (ev.Missing(step_id="ask", reason="other_face"),)
    again = [ev.StepFailed(step_id="ask", attempt=1, reason="other_face"), *done("ask", 2)]
    assert verdict_with(other, *again, *done("confirm", 2)).outcome is ev.Outcome.COMPLETE


def test_another_face_by_its_time_belongs_to_the_step_of_that_time() -> None:
    other = compared(None, None, "continuity", "other", at_ms=span_of("paper")[0] + 100)
    assert verdict_with(other).missing == (ev.Missing(step_id="paper", reason="other_face"),)


def test_another_face_between_steps_is_looked_at_by_a_person() -> None:
    verdict = verdict_with(compared(None, None, "continuity", "other", at_ms=0))
    assert verdict.missing == ()
    assert doubts(verdict) == {("confirm", "other_face")}


def test_opening_a_step_again_for_another_face_uses_up_attempts() -> None:
    history = whole_history()
    for attempt in (1, 2):
        history.append(ev.StepFailed(step_id="ask", attempt=attempt, reason="other_face"))
        if attempt == 1:
            history += [*done("ask", 2), *done("confirm", 2)]
    state = fold(SCRIPT, chained(history))
    assert decide(SCRIPT, state) == Append(ev.RouteStaffed(reason="attempts_used_up"))


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [("unsure", "identity_unsure"), ("not_evaluated", "identity_not_evaluated")],
)
def test_a_face_that_is_not_sure_is_looked_at_by_a_person(outcome: str, reason: str) -> None:
    verdict = verdict_with(compared("sign", 1, "signature", outcome))
    assert verdict.outcome is ev.Outcome.NEEDS_REVIEW
    assert doubts(verdict) == {("sign", reason)}


def test_a_severe_alert_is_named_at_its_step() -> None:
    history = whole_history()
    at = next(n for n, p in enumerate(history) if isinstance(p, ev.DocumentRead))
    for severity in ("guidance", "ordinary", "severe"):
        history.insert(
            at,
            ev.AlertRaised.model_validate(
                {
                    "alert": f"{severity}_phrase",
                    "severity": severity,
                    "rule_version": 2,
                    "since_ms": 0,
                }
            ),
        )
    verdict = judge(SCRIPT, chained(history))
    assert verdict.outcome is ev.Outcome.NEEDS_REVIEW
    assert doubts(verdict) == {("paper", "severe_phrase")}


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        (ev.Fact.FACES, "face_not_evaluated"),
        (ev.Fact.PICTURE, "picture_not_evaluated"),
        (ev.Fact.SOUND, "sound_not_evaluated"),
    ],
)
def test_a_step_done_while_nothing_was_seen_or_heard_is_looked_at(
    fact: ev.Fact, reason: str
) -> None:
    since_ms, until_ms = span_of("paper")
    blind = (seen(fact, "not_evaluated", since_ms), seen(fact, "1", until_ms))
    assert doubts(verdict_with(*blind)) == {("paper", reason)}
    short = (seen(fact, "not_evaluated", since_ms), seen(fact, "1", since_ms + 900))
    assert verdict_with(*short).outcome is ev.Outcome.COMPLETE


def test_the_time_of_a_challenge_is_judged_by_the_challenge() -> None:
    since_ms, until_ms = span_of("alive")
    blind = (seen(ev.Fact.FACES, "not_evaluated", since_ms), seen(ev.Fact.FACES, "1", until_ms))
    assert verdict_with(*blind).outcome is ev.Outcome.COMPLETE
