"""What the customer confirms, item by item, derived from the attempts that stand.

Stage: below the statement. It never reads anything but the script and the timeline.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from pydantic import Field

from shuanglu.rules.identity import masked_number
from shuanglu.script.model import (
    AskedStep,
    DocumentStep,
    IdentityStep,
    LivenessStep,
    Script,
    Step,
)
from shuanglu.script.runner import RunState
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import ChallengeKind, Event, FaceOutcome, Sha256Hex
from shuanglu.wire.base import Wire


def _is_unset(value: object) -> bool:
    """Keeps what statements did not always have out of those without it: they were signed."""
    return value is None or value == ()


class ConfirmedItem(Wire):
    """One completed step. ``what`` is what was said or shown, in Chinese."""

    step_id: str
    attempt: int
    kind: Literal[
        "disclosure",
        "question",
        "document",
        "identity",
        "liveness",
        "signature",
        "consent",
        "summary",
        "questionnaire",
        "show",
        "talk",
        "confirmation",
    ]
    what: str
    choice: str | None = None
    answer: str | None = None
    answer_basis: str | None = None
    document: str | None = None
    document_sha256: Sha256Hex | None = None
    strokes_sha256: Sha256Hex | None = None
    answer_words: str | None = Field(
        default=None, description="as recognised", exclude_if=_is_unset
    )
    name: str | None = Field(default=None, description="on the card", exclude_if=_is_unset)
    number_masked: str | None = Field(default=None, exclude_if=_is_unset)
    face: FaceOutcome | None = Field(
        default=None, description="the face compared with the card's portrait", exclude_if=_is_unset
    )
    challenges_passed: tuple[ChallengeKind, ...] = Field(default=(), exclude_if=_is_unset)
    risk_level: int | None = Field(
        default=None, description="of the questionnaire", exclude_if=_is_unset
    )
    still_sha256: Sha256Hex | None = Field(
        default=None, description="of the paper that was shown", exclude_if=_is_unset
    )
    sentences_marked: tuple[int, ...] = Field(
        default=(), description="key sentences of the document, by number", exclude_if=_is_unset
    )


def confirmed_items(
    script: Script, state: RunState, events: Sequence[Event]
) -> tuple[ConfirmedItem, ...]:
    """The completed steps, in script order, each with its standing attempt."""
    made = _made_by_attempt(events)
    return tuple(
        _item(step, attempt, made[step.id, attempt])
        for step in script.steps
        if step.id in state.completed
        for attempt in (state.attempts[step.id],)
    )


def _made_by_attempt(events: Sequence[Event]) -> Mapping[tuple[str, int], list[ev.Payload]]:
    """In one pass: a timeline has thousands of events, and most are of no step at all.

    By their fields, since asking a model for a field that it has not takes 20 µs.
    """
    made: defaultdict[tuple[str, int], list[ev.Payload]] = defaultdict(list)
    for event in events:
        fields = vars(event.payload)
        if "step_id" in fields and "attempt" in fields:
            made[fields["step_id"], fields["attempt"]].append(event.payload)
    return made


def _item(step: Step, attempt: int, made: Sequence[ev.Payload]) -> ConfirmedItem:
    item = ConfirmedItem(step_id=step.id, attempt=attempt, kind=step.kind, what=step.say)
    match step:
        case AskedStep():
            return item.model_copy(update=_answer(step, made))
        case DocumentStep():
            return item.model_copy(
                update={"document": step.document, "document_sha256": step.sha256, **_marked(made)}
            )
        case IdentityStep():
            return item.model_copy(update=_identity(made))
        case LivenessStep():
            return item.model_copy(update={"challenges_passed": _challenges(made)})
    return item.model_copy(update=_made(made))


def _answer(step: AskedStep, made: Iterable[ev.Payload]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    labels = {choice.id: choice.label.zh for choice in step.choices}
    for payload in made:
        match payload:
            case ev.AnswerTapped(choice=choice):
                found |= {"choice": choice, "answer": labels.get(choice)}
            case ev.AnswerJudged(basis=basis, words=words):
                found |= {"answer_basis": basis, "answer_words": words}
    return found


def _identity(made: Iterable[ev.Payload]) -> dict[str, object]:
    found: dict[str, object] = {}
    for payload in made:
        match payload:
            case ev.IdentityConfirmed(name=name, number=number):
                found |= {"name": name, "number_masked": masked_number(number)}
            case ev.FaceCompared(purpose="card", outcome=outcome):
                found["face"] = outcome
    return found


def _challenges(made: Iterable[ev.Payload]) -> tuple[ChallengeKind, ...]:
    return tuple(
        payload.kind
        for payload in made
        if isinstance(payload, ev.LivenessJudged) and payload.outcome is ev.ChallengeOutcome.PASSED
    )


def _marked(made: Iterable[ev.Payload]) -> dict[str, tuple[int, ...]]:
    numbers = {each.sentence for each in made if isinstance(each, ev.KeySentenceMarked)}
    return {"sentences_marked": tuple(sorted(numbers))}


def _made(made: Iterable[ev.Payload]) -> dict[str, object]:
    """What the attempt left: strokes, a questionnaire's level, a still."""
    found: dict[str, object] = {}
    for payload in made:
        match payload:
            case ev.SignatureMade(strokes_sha256=sha256):
                found["strokes_sha256"] = sha256
            case ev.QuestionnaireAnswered(level=level):
                found["risk_level"] = level
            case ev.StillCaptured(still_sha256=sha256):
                found["still_sha256"] = sha256
    return found
