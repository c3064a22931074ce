"""A cooperative customer: does what the runner asks for, and answers as the branch says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from shuanglu.rules.identity.number import check_digit
from shuanglu.script.branches import SALE_DATE, Branch
from shuanglu.script.model import (
    AskedStep,
    DisclosureStep,
    DocumentStep,
    IdentityStep,
    QuestionnaireStep,
    Script,
    SignatureStep,
    Step,
    TalkStep,
)
from shuanglu.script.runner import (
    Action,
    Append,
    CaptureCard,
    CaptureStill,
    Challenge,
    CompareFace,
    CountAssessments,
    Finish,
    JudgeAnswer,
    JudgeReading,
    PlayPrompt,
    RunPhase,
    RunState,
    apply,
    decide,
)
from shuanglu.timeline import events as ev
from tests.script.reading import read_aloud
from tests.script.scripts import (
    ZERO_HASH,
    card_confirmed,
    card_shown,
    challenge,
    compared,
    confirmation,
    legibility,
    opening,
    prompted,
    signature,
    stored,
)

MOST_TURNS = 2000
USUAL_BIRTH_DATE = SALE_DATE.replace(year=SALE_DATE.year - 40)


@dataclass
class Customer:
    """Goes through a script; ``answers`` names choices other than the first accepted one."""

    script: Script
    branch: Branch
    answers: Mapping[str, str] = field(default_factory=dict)

    def way(self, before: Sequence[ev.Payload] = ()) -> list[ev.Payload]:
        """Everything from the session's creation, or after ``before``, to where it ends."""
        history = list(before) or [self.created(), *opening(), stored(3_600_000, segment=2)]
        state = self._after(RunState(), history)
        for _ in range(MOST_TURNS):
            new = self.next(state)
            if not new:
                return history
            state = self._after(state, new)
            history += new
        raise AssertionError(f"no end, at {state.step_id} in {state.phase}")

    def next(self, state: RunState) -> list[ev.Payload]:
        """What comes in now; nothing where the script is over."""
        action = decide(self.script, state)
        if action is not None:
            return self._performed(action)
        if state.phase is RunPhase.PROMPTING:
            return prompted(state.step_id or "", state.attempt)[2:]
        return self._turn(state) if state.phase is RunPhase.AWAITING else []

    def _after(self, state: RunState, payloads: list[ev.Payload]) -> RunState:
        for payload in payloads:
            state = apply(self.script, state, payload)
        return state

    def created(self) -> ev.SessionCreated:
        return ev.SessionCreated(
            institution=self.script.institution,
            product="演示产品",
            product_code="YS-1",
            customer_name="王小明",
            script_id=self.script.id,
            script_version=self.script.version,
            script_sha256=self.script.sha256,
            created_by="stf_T",
            circumstances=self.branch.known.circumstances,
        )

    def _performed(self, action: Action) -> list[ev.Payload]:  # noqa: C901, PLR0911 - one answer an action
        match action:
            case Finish():
                return []
            case Append(payload=payload):
                return [payload]
            case CountAssessments():
                return [self._assessed()]
            case PlayPrompt(step_id=step_id, attempt=attempt):
                return prompted(step_id, attempt)[1:]
            case JudgeAnswer(step_id=step_id, attempt=attempt, choice=choice):
                return [self._judged(step_id, attempt, choice)]
            case CaptureCard(step_id=step_id, attempt=attempt, side=side):
                return self._card(step_id, attempt, side)
            case CompareFace(step_id=step_id, attempt=attempt):
                return [compared(step_id, attempt, "card")]
            case Challenge(step_id=step_id, attempt=attempt, number=number, due=due):
                kind = min(due)
                return challenge(step_id, attempt, number, kind, "passed")
            case CaptureStill(step_id=step_id, attempt=attempt):
                return [still(step_id, attempt)]
            case JudgeReading(step_id=step_id, attempt=attempt):
                return read_aloud(self.script.step(step_id), attempt, ends_round=True)
        raise AssertionError(f"nobody performs {action}")

    def _assessed(self) -> ev.SuitabilityChecked:
        """What the server counted: as the branch says, or a valid result if he is returning."""
        known = self.branch.known
        returning = known.circumstances is not None and known.circumstances.returning is True
        return known.assessed or ev.SuitabilityChecked(
            evaluated=True,
            today=0,
            last_12_months=0,
            previous_level=(known.risk_level or 5) if returning else None,
            previous_on=SALE_DATE - timedelta(days=30) if returning else None,
            policy_version=1,
        )

    def _card(self, step_id: str, attempt: int, side: ev.CardSide) -> list[ev.Payload]:
        shown = card_shown(step_id, attempt, side)
        step = self.script.step(step_id)
        if not isinstance(step, IdentityStep) or side is not step.sides[-1]:
            return shown
        born = self.branch.known.birth_date or USUAL_BIRTH_DATE
        confirmed = card_confirmed(step_id, attempt)
        return [*shown, confirmed.model_copy(update={"number": number_of(born)})]

    def _judged(self, step_id: str, attempt: int, choice: str) -> ev.AnswerJudged:
        step = self.script.step(step_id)
        accepted = isinstance(step, AskedStep) and choice in step.accepted_choices
        basis = "voice_and_tap" if accepted else "choice_refused"
        return ev.AnswerJudged.model_validate(
            {"step_id": step_id, "attempt": attempt, "accepted": accepted, "basis": basis}
        )

    def _turn(self, state: RunState) -> list[ev.Payload]:
        step, attempt = self.script.step(state.step_id or ""), state.attempt
        return turn_of(step, attempt, self._choice(step), self.branch.known.risk_level or 5)

    def _choice(self, step: Step) -> str:
        if not isinstance(step, AskedStep):
            return ""
        known = self.branch.known.answers.get(step.id, step.accepted_choices[0])
        return self.answers.get(step.id, known)


def turn_of(  # noqa: PLR0911 - one answer a kind of step
    step: Step, attempt: int, choice: str, risk_level: int
) -> list[ev.Payload]:
    """The customer's part of a step that waits for him."""
    of = {"step_id": step.id, "attempt": attempt}
    match step:
        case AskedStep():
            face = compared(step.id, attempt, "answer")
            return [face, ev.AnswerTapped(**of, choice=choice)]
        case DocumentStep(document_sha256=sha256, pages=pages, min_page_ms=least):
            seen = (least,) * len(pages)
            read = {"document_sha256": sha256, "pages": len(pages), "page_seen_ms": seen}
            return [ev.DocumentRead.model_validate({**of, **read})]
        case QuestionnaireStep():
            answers = answers_for(step, risk_level)
            score = step.score(answers) or 0
            return [
                ev.QuestionnaireAnswered(
                    **of, answers=answers, score=score, level=step.level(score)
                )
            ]
        case DisclosureStep():
            return read_aloud(step, attempt)
        case TalkStep(min_ms=least):
            return [ev.TalkEnded(**of, from_ms=0, to_ms=least, speech_ms=least)]
        case SignatureStep():
            face = compared(step.id, attempt, "signature")
            judged = [legibility(step.id, attempt)] if step.legible else []
            return [face, *judged, signature(step.id, attempt, face="present")]
    return [confirmation(step.id, attempt)]


def still(step_id: str, attempt: int) -> ev.StillCaptured:
    return ev.StillCaptured(
        step_id=step_id,
        attempt=attempt,
        at_ms=0,
        still_sha256=ZERO_HASH,
        still_bytes=9,
        sharpness=9.0,
        glare_share=0,
    )


def number_of(born: date) -> str:
    """A citizen number of somebody born on that day."""
    first_17 = f"110105{born:%Y%m%d}002"
    return first_17 + check_digit(first_17)


def answers_for(step: QuestionnaireStep, level: int) -> dict[str, str]:
    """Answers that come to ``level``."""
    ways: dict[int, dict[str, str]] = {0: {}}
    for question in step.questions:
        ways = {
            score + option.points: {**answers, question.id: option.id}
            for score, answers in ways.items()
            for option in question.options
        }
    return next(answers for score, answers in ways.items() if step.level(score) == level)
