"""The customer's turn in one attempt at a step: what has come in, and what it comes to.

Stage: inside the runner, one rule a kind of step. It knows no phases and no other step.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from shuanglu.rules.answers import ACCEPTED
from shuanglu.script.model import (
    ConfirmationStep,
    DisclosureStep,
    DocumentStep,
    IdentityStep,
    LivenessStep,
    QuestionStep,
    SignatureStep,
    Step,
)
from shuanglu.script.runner.card import Card
from shuanglu.script.runner.liveness import Challenges
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import FaceOutcome

Failure = Literal[
    "answer_refused",
    "voice_missing",
    "face_missing",
    "several_faces",
    "other_face",
    "identity_refused",
    "liveness_failed",
    "liveness_inconclusive",
]

JUDGED_WITHOUT_TAP = frozenset({"words", "words_refused", "other_face"})


@dataclass(frozen=True, slots=True)
class Turn:
    """What has come in since the prompt was played."""

    answer_heard: bool = False
    choice: str | None = None
    judged: ev.AnswerJudged | None = None
    signature: ev.SignatureMade | None = None
    document_read: bool = False
    statement_signed: bool = False
    face: FaceOutcome | None = None
    card: Card = field(default_factory=Card)
    challenges: Challenges = field(default_factory=Challenges)


def taken(step: Step, turn: Turn, payload: ev.Payload) -> Turn:  # noqa: C901, PLR0911 - one case a kind of step and event
    """The turn after one event of this attempt. What does not fit the step changes nothing."""
    match step, payload:
        case QuestionStep(), ev.AnswerHeard():
            return replace(turn, answer_heard=True)
        case QuestionStep(), ev.AnswerTapped(choice=choice):
            return replace(turn, choice=choice)
        case QuestionStep(), ev.AnswerJudged(basis=basis) if (
            turn.choice or basis in JUDGED_WITHOUT_TAP
        ):
            return replace(turn, judged=payload)
        case QuestionStep(), ev.FaceCompared(purpose="answer", outcome=outcome):
            return replace(turn, face=outcome)
        case SignatureStep(), ev.SignatureMade():
            return replace(turn, signature=payload)
        case SignatureStep(), ev.FaceCompared(purpose="signature", outcome=outcome):
            return replace(turn, face=outcome)
        case DocumentStep(), ev.DocumentRead():
            return replace(turn, document_read=True)
        case ConfirmationStep(), ev.ConfirmationSigned():
            return replace(turn, statement_signed=True)
        case IdentityStep(), _:
            return replace(turn, card=turn.card.after(step, payload))
        case LivenessStep(), _:
            return replace(turn, challenges=turn.challenges.after(payload))
    return turn


def is_over(step: Step, turn: Turn) -> bool:  # noqa: PLR0911 - one case a kind of step
    """Whether everything for this attempt is in."""
    match step:
        case DisclosureStep():
            return True
        case QuestionStep():
            return turn.judged is not None
        case SignatureStep():
            return turn.signature is not None
        case DocumentStep():
            return turn.document_read
        case ConfirmationStep():
            return turn.statement_signed
        case IdentityStep():
            return turn.card.is_over(step)
        case LivenessStep(passes=passes):
            return turn.challenges.are_over(passes)


def failure_of(step: Step, turn: Turn) -> Failure | None:
    """Why an attempt for which everything is in does not stand."""
    match step:
        case QuestionStep():
            return _failure_of_answer(step, turn)
        case SignatureStep():
            return _failure_of_signature(turn)
        case IdentityStep() if turn.card.is_refused:
            return "identity_refused"
        case LivenessStep() if turn.challenges.failed:
            return "liveness_failed"
        case LivenessStep(passes=passes) if not turn.challenges.suffice(passes):
            return "liveness_inconclusive"
    return None


def _failure_of_answer(step: QuestionStep, turn: Turn) -> Failure | None:
    judged = turn.judged
    if judged is None or judged.basis == "voice_missing":
        return "voice_missing"
    if judged.basis == "other_face" or turn.face is FaceOutcome.OTHER:
        return "other_face"
    accepted = {choice.id for choice in step.choices if choice.accepted}
    agreed = turn.choice is None or turn.choice in accepted
    stands = judged.accepted and judged.basis in ACCEPTED and agreed
    return None if stands else "answer_refused"


def _failure_of_signature(turn: Turn) -> Failure | None:
    if turn.face is FaceOutcome.OTHER:
        return "other_face"
    match turn.signature:
        case ev.SignatureMade(face="absent"):
            return "face_missing"
        case ev.SignatureMade(face="several"):
            return "several_faces"
    return None
