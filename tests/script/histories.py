"""Random histories: any event of any step in any order, with enough sense to get somewhere."""

from __future__ import annotations

from functools import partial, reduce

from hypothesis import strategies as st

from shuanglu.script.runner import (
    Append,
    CaptureCard,
    Challenge,
    CompareFace,
    JudgeAnswer,
    PlayPrompt,
    RunState,
    apply,
    decide,
)
from shuanglu.script.runner.actions import Action
from shuanglu.timeline import events as ev
from tests.script.scripts import (
    ZERO_HASH,
    card_confirmed,
    card_shown,
    challenge,
    challenged,
    compared,
    done,
    opening,
    prompted,
    seen,
    signature,
    small_script,
)

SCRIPT = small_script()
OUTCOMES = ("passed", "failed", "inconclusive", "not_evaluated", "declined")
FACES = ("same", "unsure", "other", "not_evaluated")

step_ids = st.sampled_from([step.id for step in SCRIPT.steps])
attempts = st.integers(min_value=1, max_value=3)
kinds = st.sampled_from(list(ev.ChallengeKind))


@st.composite
def any_payload(draw: st.DrawFn) -> ev.Payload:
    step_id, attempt = draw(step_ids), draw(attempts)
    step = {"step_id": step_id, "attempt": attempt}
    audio = {"audio_sha256": ZERO_HASH}
    basis = draw(st.sampled_from(["voice_and_tap", "words", "words_contradict", "other_face"]))
    face = draw(st.sampled_from(["present", "absent", "not_evaluated"]))
    reason = draw(st.sampled_from(["interrupted", "customer_redo", "other_face"]))
    made = [
        *opening(),
        *done(step_id, attempt),
        *any_person(draw, step_id, attempt),
        ev.StepBegun(**step),
        ev.PromptStarted(**step, **audio, duration_ms=1000, packets=50),
        ev.PromptInterrupted(**step, reason="page_hidden"),
        ev.AnswerTapped(**step, choice=draw(st.sampled_from(["yes", "no"]))),
        ev.AnswerJudged.model_validate({**step, "accepted": draw(st.booleans()), "basis": basis}),
        signature(step_id, attempt, face=face),
        seen(ev.Fact.FACES, draw(st.sampled_from(["0", "1", "not_evaluated"])), since_ms=9000),
        ev.StepCompleted(**step),
        ev.StepFailed.model_validate({**step, "reason": reason}),
        ev.RouteStaffed(reason="customer_asked"),
    ]
    return draw(st.sampled_from(made))


def any_person(draw: st.DrawFn, step_id: str, attempt: int) -> list[ev.Payload]:
    """Card, face and liveness, with any outcome."""
    purpose = draw(st.sampled_from(["card", "answer", "signature", "continuity"]))
    checks = draw(st.sampled_from([(), ("expired",), ("not_evaluated",)]))
    number, outcome = draw(st.integers(min_value=1, max_value=3)), draw(st.sampled_from(OUTCOMES))
    return [
        *card_shown(step_id, attempt, draw(st.sampled_from(list(ev.CardSide))), checks),
        card_confirmed(step_id, attempt, checks),
        compared(step_id, attempt, purpose, draw(st.sampled_from(FACES))),
        compared(None, None, "continuity", draw(st.sampled_from(FACES)), at_ms=9000),
        *challenge(step_id, attempt, number, draw(kinds), outcome),
        ev.AlertRaised(alert="too_dark", severity="guidance", rule_version=2, since_ms=0),
        ev.AlertRaised(alert="forbidden_phrase", severity="severe", rule_version=2, since_ms=0),
    ]


@st.composite
def any_history(draw: st.DrawFn) -> list[ev.Payload]:
    """Random events, with what the runner asks for mixed in so that it gets somewhere."""
    history: list[ev.Payload] = []
    state = RunState()
    new = opening() if draw(st.booleans()) else []
    for _ in range(draw(st.integers(min_value=0, max_value=30))):
        state = reduce(partial(apply, SCRIPT), new, state)
        history += new
        action = decide(SCRIPT, state)
        is_odd = draw(st.integers(min_value=0, max_value=3)) == 0
        new = [draw(any_payload())] if action is None or is_odd else performed(draw, action)
    return history + new


def performed(draw: st.DrawFn, action: Action) -> list[ev.Payload]:  # noqa: PLR0911 - one answer an action
    """What a director might append for an action, well or badly."""
    match action:
        case Append(payload=payload):
            return [payload]
        case PlayPrompt(step_id=step_id, attempt=attempt):
            whole = done(step_id, attempt)[1:-1]
            return whole if draw(st.booleans()) else prompted(step_id, attempt)[1:]
        case JudgeAnswer(step_id=step_id, attempt=attempt, choice=choice):
            basis = "voice_and_tap" if choice == "yes" else "choice_refused"
            step = {"step_id": step_id, "attempt": attempt, "basis": basis}
            return [ev.AnswerJudged.model_validate({**step, "accepted": choice == "yes"})]
        case CaptureCard(step_id=step_id, attempt=attempt, side=side):
            shown = card_shown(step_id, attempt, side)
            return [*shown, card_confirmed(step_id, attempt)] if draw(st.booleans()) else shown
        case CompareFace(step_id=step_id, attempt=attempt):
            return [compared(step_id, attempt, "card", draw(st.sampled_from(FACES)))]
        case Challenge(step_id=step_id, attempt=attempt, number=number, due=due):
            kind = draw(st.sampled_from(sorted(due)))
            if draw(st.integers(min_value=0, max_value=9)) == 0:
                return [challenged(step_id, attempt, number, kind)]  # and then died
            return challenge(step_id, attempt, number, kind, draw(st.sampled_from(OUTCOMES)))
    return []
