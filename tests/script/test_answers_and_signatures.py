"""Answers by words alone, and the face at each answer and signature."""

from __future__ import annotations

import pytest

from shuanglu.script.runner import Append, JudgeAnswer, RunState, decide, fold
from shuanglu.timeline import events as ev
from tests.script.scripts import (
    chained,
    compared,
    done,
    opening,
    prompted,
    signature,
    small_script,
)

SCRIPT = small_script()
ASKED = [*opening(), *done("risk"), *prompted("ask", 1)]
SIGNING = [*opening(), *done("risk"), *done("ask"), *done("paper"), *prompted("sign", 1)]
COMPLETED = Append(ev.StepCompleted(step_id="ask", attempt=1))


def after(*payloads: ev.Payload) -> RunState:
    return fold(SCRIPT, chained(payloads))


def judged(basis: str, *, accepted: bool) -> ev.AnswerJudged:
    return ev.AnswerJudged.model_validate(
        {"step_id": "ask", "attempt": 1, "accepted": accepted, "basis": basis}
    )


def tapped(choice: str) -> ev.AnswerTapped:
    return ev.AnswerTapped(step_id="ask", attempt=1, choice=choice)


def failed(step_id: str, reason: str) -> Append:
    return Append(
        ev.StepFailed.model_validate({"step_id": step_id, "attempt": 1, "reason": reason})
    )


def test_words_alone_are_an_answer_and_a_tap_is_judged() -> None:
    assert decide(SCRIPT, after(*ASKED)) is None
    assert decide(SCRIPT, after(*ASKED, judged("words", accepted=True))) == COMPLETED
    assert decide(SCRIPT, after(*ASKED, tapped("yes"))) == JudgeAnswer("ask", 1, "yes")


@pytest.mark.parametrize("basis", ["voice_and_tap", "words_and_tap", "tap_voice_not_evaluated"])
def test_a_tap_that_never_was_is_not_judged(basis: str) -> None:
    assert after(*ASKED, judged(basis, accepted=True)) == after(*ASKED)


@pytest.mark.parametrize(
    ("basis", "reason"),
    [
        ("words_refused", "answer_refused"),
        ("words_contradict", "answer_refused"),
        ("choice_refused", "answer_refused"),
        ("voice_missing", "voice_missing"),
        ("other_face", "other_face"),
    ],
)
@pytest.mark.parametrize("accepted", [True, False])
def test_a_ground_of_refusal_refuses_whatever_it_claims(
    basis: str, reason: str, *, accepted: bool
) -> None:
    state = after(*ASKED, tapped("yes"), judged(basis, accepted=accepted))
    assert decide(SCRIPT, state) == failed("ask", reason)


def test_a_refused_choice_is_never_accepted() -> None:
    state = after(*ASKED, tapped("no"), judged("voice_and_tap", accepted=True))
    assert decide(SCRIPT, state) == failed("ask", "answer_refused")


def test_another_face_at_the_answer_or_the_signature_fails_it() -> None:
    other = compared("ask", 1, "answer", "other")
    state = after(*ASKED, other, judged("words", accepted=True))
    assert decide(SCRIPT, state) == failed("ask", "other_face")
    other = compared("sign", 1, "signature", "other")
    made = signature("sign", 1, face="present")
    for order in ([other, made], [made, other]):
        assert decide(SCRIPT, after(*SIGNING, *order)) == failed("sign", "other_face")
