"""The customer's turn in one attempt at a step: what has come in, and what it comes to.

Stage: inside the runner, one rule a kind of step. It knows no phases and no other step.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from shuanglu.rules.answers import ACCEPTED
from shuanglu.script.model import (
    AskedStep,
    Choice,
    ConfirmationStep,
    DisclosureStep,
    DocumentStep,
    IdentityStep,
    LivenessStep,
    QuestionnaireStep,
    ShowStep,
    SignatureStep,
    Step,
    TalkStep,
)
from shuanglu.script.runner.card import Card
from shuanglu.script.runner.liveness import Challenges
from shuanglu.script.runner.reading import ReadAloud
from shuanglu.script.sentences import is_copy_of
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import FaceOutcome, Legibility

Failure = Literal[
    "answer_refused",
    "voice_missing",
    "face_missing",
    "several_faces",
    "other_face",
    "identity_refused",
    "liveness_failed",
    "liveness_inconclusive",
    "talk_too_short",
    "reading_incomplete",
    "reading_not_evaluated",
    "signature_illegible",
    "signature_other_name",
]

JUDGED_WITHOUT_TAP = frozenset({"words", "words_refused", "other_face"})


@dataclass(frozen=True, slots=True)
class Turn:
    """What has come in since the prompt was played."""

    answer_heard: bool = False
    choice: str | None = None
    judged: ev.AnswerJudged | None = None
    signature: ev.SignatureMade | None = None
    legibility: ev.SignatureJudged | None = None
    document_read: bool = False
    sentences: frozenset[int] = frozenset()
    """Key sentences of the document that were marked, by number."""
    questionnaire: ev.QuestionnaireAnswered | None = None
    still: ev.StillCaptured | None = None
    talk: ev.TalkEnded | None = None
    statement_signed: bool = False
    face: FaceOutcome | None = None
    card: Card = field(default_factory=Card)
    challenges: Challenges = field(default_factory=Challenges)
    reading: ReadAloud = field(default_factory=ReadAloud)


def taken(step: Step, turn: Turn, payload: ev.Payload) -> Turn:  # noqa: C901, PLR0911, PLR0912 - one case a kind of step and event
    """The turn after one event of this attempt. What does not fit the step changes nothing."""
    match step, payload:
        case AskedStep(), ev.AnswerHeard():
            return replace(turn, answer_heard=True)
        case AskedStep(), ev.AnswerTapped(choice=choice):
            return replace(turn, choice=choice)
        case AskedStep(), ev.AnswerJudged(basis=basis) if turn.choice or (
            basis in JUDGED_WITHOUT_TAP and not _is_ambiguous(step, basis)
        ):
            return replace(turn, judged=payload)
        case AskedStep(), ev.FaceCompared(purpose="answer", outcome=outcome):
            return replace(turn, face=outcome)
        case QuestionnaireStep(), ev.QuestionnaireAnswered() if _is_scored(step, payload):
            return replace(turn, questionnaire=payload)
        case ShowStep(), ev.StillCaptured():
            return replace(turn, still=payload)
        case TalkStep(), ev.TalkEnded():
            return replace(turn, talk=payload)
        case SignatureStep(), ev.SignatureJudged():
            return replace(turn, legibility=payload)
        case SignatureStep(), ev.SignatureMade():
            return replace(turn, signature=payload)
        case SignatureStep(), ev.FaceCompared(purpose="signature", outcome=outcome):
            return replace(turn, face=outcome)
        case DocumentStep(), ev.DocumentRead():
            return replace(turn, document_read=True)
        case DocumentStep(), ev.KeySentenceMarked() if _is_marked(step, turn, payload):
            return replace(turn, sentences=turn.sentences | {payload.sentence})
        case ConfirmationStep(), ev.ConfirmationSigned():
            return replace(turn, statement_signed=True)
        case DisclosureStep(), _:
            return replace(turn, reading=turn.reading.after(step, payload))
        case IdentityStep(), _:
            return replace(turn, card=turn.card.after(step, payload))
        case LivenessStep(), _:
            return replace(turn, challenges=turn.challenges.after(payload))
    return turn


def is_over(step: Step, turn: Turn) -> bool:  # noqa: C901, PLR0911 - one case a kind of step
    """Whether everything for this attempt is in."""
    match step:
        case DisclosureStep():
            return turn.reading.is_over(step)
        case AskedStep():
            return turn.judged is not None
        case QuestionnaireStep():
            return turn.questionnaire is not None
        case ShowStep():
            return turn.still is not None
        case TalkStep():
            return turn.talk is not None
        case SignatureStep():
            return turn.signature is not None
        case DocumentStep():
            return turn.document_read and len(turn.sentences) == len(step.key_sentences)
        case ConfirmationStep():
            return turn.statement_signed
        case IdentityStep():
            return turn.card.is_over(step)
        case LivenessStep(passes=passes):
            return turn.challenges.are_over(passes)


def failure_of(step: Step, turn: Turn) -> Failure | None:  # noqa: PLR0911 - one case a kind of step
    """Why an attempt for which everything is in does not stand."""
    match step:
        case DisclosureStep():
            return turn.reading.failure(step)
        case AskedStep():
            return _failure_of_answer(step, turn)
        case TalkStep(min_ms=min_ms):
            talk = turn.talk
            return None if talk and talk.to_ms - talk.from_ms >= min_ms else "talk_too_short"
        case SignatureStep():
            return _failure_of_signature(step, turn)
        case IdentityStep() if turn.card.is_refused:
            return "identity_refused"
        case LivenessStep() if turn.challenges.failed:
            return "liveness_failed"
        case LivenessStep(passes=passes) if not turn.challenges.suffice(passes):
            return "liveness_inconclusive"
    return None


def chosen(step: AskedStep, turn: Turn) -> Choice | None:
    """The choice that a judged answer comes to; ``None`` when that cannot be told.

    A tap names it. Words alone name the only choice of their kind: the one that is accepted,
    or, refused, the one that is not.
    """
    if turn.choice is not None:
        return next((c for c in step.choices if c.id == turn.choice), None)
    accepted = turn.judged is not None and turn.judged.accepted
    fitting = [choice for choice in step.choices if choice.accepted is accepted]
    return fitting[0] if len(fitting) == 1 else None


def _is_ambiguous(step: AskedStep, basis: str) -> bool:
    return basis == "words" and step.needs_tap


def _is_marked(step: DocumentStep, turn: Turn, marked: ev.KeySentenceMarked) -> bool:
    """After reading, in the way that the script asks for; a copy is compared again."""
    sentence = step.sentence(marked.sentence)
    if not turn.document_read or sentence is None or sentence.by != marked.by:
        return False
    return sentence.by == "tap" or is_copy_of(sentence.text, marked.words or "")


def _is_scored(step: QuestionnaireStep, payload: ev.QuestionnaireAnswered) -> bool:
    """Score and level follow from the answers; a claim of others counts for nothing."""
    score = step.score(payload.answers)
    return score is not None and (score, step.level(score)) == (payload.score, payload.level)


def _failure_of_answer(step: AskedStep, turn: Turn) -> Failure | None:
    judged = turn.judged
    if judged is None or judged.basis == "voice_missing":
        return "voice_missing"
    if judged.basis == "other_face" or turn.face is FaceOutcome.OTHER:
        return "other_face"
    accepted = {choice.id for choice in step.choices if choice.accepted}
    agreed = turn.choice is None or turn.choice in accepted
    stands = judged.accepted and judged.basis in ACCEPTED and agreed
    return None if stands else "answer_refused"


def _failure_of_signature(step: SignatureStep, turn: Turn) -> Failure | None:
    if turn.face is FaceOutcome.OTHER:
        return "other_face"
    match turn.signature:
        case ev.SignatureMade(face="absent"):
            return "face_missing"
        case ev.SignatureMade(face="several"):
            return "several_faces"
    return _failure_of_handwriting(turn) if step.legible else None


def _failure_of_handwriting(turn: Turn) -> Failure | None:
    """What could not be told fails nothing: it is a doubt of the verdict."""
    judged, made = turn.legibility, turn.signature
    if judged is None or made is None or judged.strokes_sha256 != made.strokes_sha256:
        return None
    match judged.outcome:
        case Legibility.ILLEGIBLE:
            return "signature_illegible"
        case Legibility.OTHER_NAME:
            return "signature_other_name"
    return None
