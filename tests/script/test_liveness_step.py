"""The liveness step: different kinds, never the same twice, never passed unmeasured."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuanglu.script.moments import is_only_listening
from shuanglu.script.runner import (
    Append,
    Challenge,
    PlayPrompt,
    RunPhase,
    RunState,
    decide,
    fold,
)
from shuanglu.script.runner.liveness import Challenges
from shuanglu.script.verdict import judge
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import ChallengeKind
from tests.script.scripts import (
    chained,
    challenge,
    challenged,
    done,
    opening,
    prompted,
    small_script,
    whole_history,
)

SCRIPT = small_script()
BEFORE = opening() + [p for step in ("risk", "ask", "paper", "sign", "card") for p in done(step)]
GESTURES, DIGITS, FLASH = ChallengeKind.GESTURES, ChallengeKind.DIGITS, ChallengeKind.FLASH


def went(
    *outcomes: tuple[ChallengeKind, str], attempt: int = 1, policy_version: int = 3
) -> list[ev.Payload]:
    """An attempt with these challenges, one after the other."""
    return [
        *prompted("alive", attempt),
        *(
            payload
            for number, (kind, outcome) in enumerate(outcomes, start=1)
            for payload in challenge("alive", attempt, number, kind, outcome, policy_version)
        ),
    ]


def after(*payloads: ev.Payload) -> RunState:
    return fold(SCRIPT, chained([*BEFORE, *payloads]))


def failed(reason: str, attempt: int = 1) -> ev.StepFailed:
    return ev.StepFailed.model_validate({"step_id": "alive", "attempt": attempt, "reason": reason})


@pytest.mark.parametrize(("step_id", "only_listens"), [("ask", True), ("alive", False)])
def test_before_a_challenge_a_face_at_rest_is_measured(*, step_id: str, only_listens: bool) -> None:
    before = BEFORE if step_id == "alive" else BEFORE[: BEFORE.index(done("ask")[0])]
    begun, started, *heard = prompted(step_id, 1)
    history = [*before, begun, started]
    assert is_only_listening(SCRIPT, fold(SCRIPT, chained(history))) is only_listens
    assert not is_only_listening(SCRIPT, fold(SCRIPT, chained([*history, *heard])))


def asked(number: int, *left: ChallengeKind, attempt: int = 1) -> Challenge:
    return Challenge("alive", attempt, number, due=frozenset(left), left=frozenset(left))


COMPLETED = Append(ev.StepCompleted(step_id="alive", attempt=1))


def test_challenges_are_asked_until_enough_different_kinds_passed() -> None:
    assert decide(SCRIPT, after(*went())) == asked(1, GESTURES, DIGITS, FLASH)
    one = after(*went((FLASH, "passed")))
    assert decide(SCRIPT, one) == asked(2, GESTURES, DIGITS)
    two = after(*went((FLASH, "passed"), (DIGITS, "passed")))
    assert two.phase is RunPhase.JUDGING
    assert decide(SCRIPT, two) == COMPLETED


@pytest.mark.parametrize("outcome", ["declined", "inconclusive", "not_evaluated"])
def test_what_came_to_nothing_is_not_asked_again(outcome: str) -> None:
    state = after(*went((FLASH, outcome)))
    assert decide(SCRIPT, state) == asked(2, GESTURES, DIGITS)
    state = after(*went((FLASH, outcome), (GESTURES, "passed"), (DIGITS, "passed")))
    assert decide(SCRIPT, state) == COMPLETED


def test_one_failed_challenge_fails_the_attempt_whatever_passed_before() -> None:
    state = after(*went((FLASH, "passed"), (DIGITS, "failed")))
    assert decide(SCRIPT, state) == Append(failed("liveness_failed"))


@pytest.mark.parametrize("outcome", ["declined", "inconclusive"])
def test_no_kind_left_is_inconclusive(outcome: str) -> None:
    state = after(*went((FLASH, outcome), (GESTURES, "inconclusive"), (DIGITS, "passed")))
    assert decide(SCRIPT, state) == Append(failed("liveness_inconclusive"))


def failed_gestures(*then: tuple[ChallengeKind, str], policy_version: int = 3) -> RunState:
    """The gestures failed in the first attempt; the second one went so."""
    first = went((GESTURES, "failed"), policy_version=policy_version)
    return after(*first, failed("liveness_failed"), *went(*then, attempt=2))


def test_a_kind_that_failed_is_asked_first_and_nothing_makes_up_for_it() -> None:
    everything = frozenset(ChallengeKind)
    again = Challenge("alive", 2, 1, due=frozenset({GESTURES}), left=everything)
    assert decide(SCRIPT, failed_gestures()) == again
    others = failed_gestures((DIGITS, "passed"), (FLASH, "passed"))
    assert others.phase is RunPhase.AWAITING
    assert decide(SCRIPT, others) == asked(3, GESTURES, attempt=2)
    redeemed = failed_gestures((GESTURES, "passed"), (FLASH, "passed"))
    assert decide(SCRIPT, redeemed) == Append(ev.StepCompleted(step_id="alive", attempt=2))


@pytest.mark.parametrize("outcome", ["declined", "inconclusive", "not_evaluated"])
def test_a_kind_that_failed_and_came_to_nothing_is_inconclusive(outcome: str) -> None:
    """A person decides: it is neither passed nor failed again."""
    state = failed_gestures((GESTURES, outcome))
    assert decide(SCRIPT, state) == Append(failed("liveness_inconclusive", 2))


OUTCOMES = ("passed", "passed", "failed", "inconclusive", "declined", "not_evaluated")


@given(st.data())
def test_the_step_never_stands_over_a_kind_that_failed(data: st.DataObject) -> None:
    """Whatever is drawn and whatever comes of it, in as many attempts as there are."""
    state, ever_failed = after(), set[ChallengeKind]()
    while "alive" not in state.completed:
        action = decide(SCRIPT, state)
        match action:
            case Challenge(attempt=attempt, number=number, left=left):
                kind = data.draw(st.sampled_from(sorted(left)))  # a forger draws what he likes
                outcome = data.draw(st.sampled_from(OUTCOMES))
                ever_failed |= {kind} if outcome == "failed" else set()
                payloads = challenge("alive", attempt, number, kind, outcome)
            case PlayPrompt(attempt=attempt):
                payloads = prompted("alive", attempt)[1:]
            case Append(payload=payload) if not isinstance(payload, ev.RouteStaffed):
                payloads = [payload]
            case _:
                return  # a person was called
        before, state = state, fold(SCRIPT, chained(payloads), state)
    assert ever_failed <= before.turn.challenges.passed


def test_what_was_owed_stays_owed_when_the_attempt_is_broken_off() -> None:
    broken = [*prompted("alive", 2), failed("interrupted", 2), *prompted("alive", 3)]
    state = after(*went((GESTURES, "failed")), failed("liveness_failed"), *broken)
    assert state.turn.challenges.owed == {GESTURES}


def test_under_an_earlier_policy_two_other_kinds_sufficed() -> None:
    """Its records keep the verdict they got."""
    stood = failed_gestures((DIGITS, "passed"), (FLASH, "passed"), policy_version=2)
    assert decide(SCRIPT, stood) == Append(ev.StepCompleted(step_id="alive", attempt=2))


def under_5(*outcomes: tuple[ChallengeKind, str]) -> RunState:
    """Under the policy that asks for gestures in every attempt."""
    return after(*went(*outcomes, policy_version=5))


@pytest.mark.parametrize("first", [FLASH, DIGITS])
def test_gestures_are_asked_where_another_kind_was_drawn_first(first: ChallengeKind) -> None:
    left = frozenset(ChallengeKind) - {first}
    gestures = Challenge("alive", 1, 2, due=frozenset({GESTURES}), left=left)
    assert decide(SCRIPT, under_5((first, "passed"))) == gestures
    assert decide(SCRIPT, under_5((first, "passed"), (GESTURES, "passed"))) == COMPLETED
    other = under_5((GESTURES, "passed"))
    assert decide(SCRIPT, other) == asked(2, DIGITS, FLASH), "the other kind stays random"


def verdict_of(*outcomes: tuple[ChallengeKind, str], policy_version: int = 5) -> ev.VerdictGiven:
    """Of the whole sale, in which the challenges went so."""
    history = whole_history()
    at = next(n for n, p in enumerate(history) if isinstance(p, ev.LivenessChallenged))
    until = next(n for n, p in enumerate(history) if getattr(p, "step_id", "") == "confirm")
    challenges = went(*outcomes, policy_version=policy_version)[3:]
    history[at:until] = [*challenges, ev.StepCompleted(step_id="alive", attempt=1)]
    return judge(SCRIPT, chained(history))


@pytest.mark.parametrize("outcome", ["declined", "inconclusive", "not_evaluated"])
def test_without_gestures_a_person_must_look(outcome: str) -> None:
    """Or whoever holds up a photo with a mouth cut out would decline them."""
    went_so = ((GESTURES, outcome), (FLASH, "passed"), (DIGITS, "passed"))
    assert decide(SCRIPT, under_5(*went_so)) == COMPLETED
    missing = (ev.Missing(step_id="alive", reason="liveness_not_evaluated"),)
    assert verdict_of(*went_so).not_evaluated == missing
    assert verdict_of((GESTURES, "passed"), (FLASH, "passed")).not_evaluated == ()
    # Records of before keep the verdict they got.
    before = verdict_of((FLASH, "passed"), (DIGITS, "passed"), policy_version=4)
    assert before.not_evaluated == ()


def test_a_script_that_asks_for_one_challenge_asks_for_gestures_too() -> None:
    drawn = Challenges().after(challenged("alive", 1, 1, DIGITS, 5))
    _, performed, judged = challenge("alive", 1, 1, DIGITS, "passed", 5)
    passed = drawn.after(performed).after(judged)
    assert not passed.are_over(1)
    assert passed.due == {GESTURES}


def exhausted(*reasons: str) -> RunState:
    history = []
    for attempt, reason in enumerate(reasons, start=1):
        outcome = "failed" if reason == "liveness_failed" else "declined"
        history += [*went((FLASH, outcome), attempt=attempt), failed(reason, attempt)]
    return after(*history)


def test_repeated_failures_lock_and_repeated_doubt_leads_to_a_person() -> None:
    locked = exhausted("liveness_failed", "liveness_inconclusive", "liveness_failed")
    assert decide(SCRIPT, locked) == Append(ev.RouteStaffed(reason="attempts_used_up"))
    doubtful = exhausted(*["liveness_inconclusive"] * 3)
    assert decide(SCRIPT, doubtful) == Append(ev.RouteStaffed(reason="liveness_inconclusive"))


@pytest.mark.parametrize("reason", ["interrupted", "customer_redo", "media_missing"])
def test_beginning_again_after_a_challenge_was_drawn_uses_up_an_attempt(reason: str) -> None:
    """Or somebody with an old video would redo the step until the gestures fit it."""
    before_any = after(*prompted("alive", 1), failed(reason))
    assert before_any.counted_failures == {}
    drawn = after(*prompted("alive", 1), challenged("alive", 1, 1, FLASH), failed(reason))
    assert drawn.counted_failures == {"alive": (reason,)}


def test_a_challenge_that_nobody_saw_through_fails_the_attempt() -> None:
    state = after(*prompted("alive", 1), challenged("alive", 1, 1, FLASH))
    assert decide(SCRIPT, state) == Append(failed("interrupted"))


def test_a_pass_counts_only_for_what_was_drawn_and_performed() -> None:
    drawn, performed, judged = challenge("alive", 1, 1, FLASH, "passed")
    other_kind = challenge("alive", 1, 1, DIGITS, "passed")[-1]
    other_number = challenge("alive", 1, 2, FLASH, "passed")[-1]
    for forged in ([judged], [drawn, judged], [drawn, performed, other_kind, other_number]):
        state = after(*prompted("alive", 1), *forged)
        assert state.turn.challenges.passed == frozenset()
    again = [drawn, performed, judged, *challenge("alive", 1, 2, FLASH, "passed")]
    assert after(*prompted("alive", 1), *again).turn.challenges.passed == {FLASH}


def test_liveness_that_was_not_evaluated_is_never_complete() -> None:
    state = after(*went((FLASH, "not_evaluated"), (GESTURES, "passed"), (DIGITS, "not_evaluated")))
    assert decide(SCRIPT, state) == COMPLETED
    verdict = verdict_of(
        (FLASH, "not_evaluated"),
        (GESTURES, "passed"),
        (DIGITS, "not_evaluated"),
        policy_version=3,
    )
    assert verdict.outcome is ev.Outcome.NEEDS_REVIEW
    assert verdict.not_evaluated == (ev.Missing(step_id="alive", reason="liveness_not_evaluated"),)
