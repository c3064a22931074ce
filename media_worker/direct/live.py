"""The live status that the phone shows, built from the fold and from what is on disk.

Stage: a pure view. It decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from media_worker.direct.teleprompter import reading_view
from media_worker.play.prompt import RenderedPrompt
from shuanglu.display import DisplayState, display_view
from shuanglu.script.due import steps_due
from shuanglu.script.model import (
    AskedStep,
    DisclosureStep,
    DocumentStep,
    IdentityStep,
    LivenessStep,
    QuestionnaireStep,
    Script,
    ShowStep,
    Step,
    SummaryStep,
    TalkStep,
    Text,
)
from shuanglu.script.runner import RunPhase, RunState, Turn
from shuanglu.wire.document_view import document_fields
from shuanglu.wire.views import (
    ChallengeView,
    IdentityView,
    LiveStatus,
    PromptView,
    QuestionnaireOption,
    QuestionnaireQuestion,
    StepView,
)


@dataclass(frozen=True, slots=True)
class DeskFacts:
    """What the director's desks have to show."""

    words_heard: str | None = None
    identity: IdentityView | None = None
    challenge: ChallengeView | None = None
    hint: str | None = None
    recap: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class LiveFacts:
    """What the fold cannot know: the state of this very moment."""

    stored_ms: int
    recording: bool
    prompt_playing: bool
    guidance: Iterable[str]
    last_failure: str | None
    desks: DeskFacts
    prompt: RenderedPrompt | None = None
    """What was really played of the step; the speed may have been changed since."""
    display: DisplayState = field(default_factory=DisplayState)


def live_status(
    script: Script, state: RunState, prompts: Mapping[str, RenderedPrompt], facts: LiveFacts
) -> LiveStatus:
    """The always-true status strip, and the step that is on the screen."""
    due = steps_due(script, state.known)
    done = sum(step.id in state.completed for step in due)
    return LiveStatus(
        phase=state.phase,
        recording=facts.recording,
        stored_ms=facts.stored_ms,
        step_no=min(done + 1, len(due)),
        step_count=len(due),
        step=_step_view(script, state, prompts, facts) if state.step_id else None,
        guidance=tuple(sorted(facts.guidance)),
        display=display_view(facts.display),
    )


def _step_view(
    script: Script, state: RunState, prompts: Mapping[str, RenderedPrompt], facts: LiveFacts
) -> StepView:
    step = script.step(state.step_id or "")
    return StepView(
        id=step.id,
        kind=step.kind,
        attempt=state.attempt,
        title=step.title,
        show=step.show,
        prompt=_prompt_view(
            facts.prompt or prompts.get(step.id), state, playing=facts.prompt_playing
        ),
        awaiting_customer=state.phase is RunPhase.AWAITING and state.choice is None,
        voice_heard=state.answer_heard,
        last_failure=facts.last_failure,
        **_kind_fields(step, state.turn, facts.desks),
    )


def _prompt_view(prompt: RenderedPrompt | None, state: RunState, *, playing: bool) -> PromptView:
    if prompt is None:  # a person reads it: there is nothing of the machine's to wait for
        return PromptView(playing=False, played=True, duration_ms=0, synthetic=False, cues=())
    return PromptView(
        playing=playing,
        played=state.prompt_played,
        duration_ms=prompt.duration_ms,
        synthetic=prompt.synthetic,
        cues=prompt.cues,
    )


def _kind_fields(  # noqa: PLR0911 - one case a kind of step
    step: Step, turn: Turn, facts: DeskFacts
) -> dict[str, object]:
    match step:
        case DisclosureStep():
            return {"reading": reading_view(step, turn.reading)}
        case AskedStep(choices=choices):
            recap = facts.recap if isinstance(step, SummaryStep) else ()
            return {"choices": choices, "words_heard": facts.words_heard, "recap": recap}
        case QuestionnaireStep():
            return {"questions": _questions(step)}
        case ShowStep(subject=subject):
            return {"subject": subject, "hint": facts.hint}
        case TalkStep(min_ms=min_ms):
            return {"min_talk_ms": min_ms}
        case IdentityStep():
            return {"identity": facts.identity}
        case LivenessStep():
            return {"challenge": facts.challenge}
        case DocumentStep():
            return document_fields(step, turn)
        case _:
            return {}


def _questions(step: QuestionnaireStep) -> tuple[QuestionnaireQuestion, ...]:
    """Without the points: nobody shall aim at a level."""
    return tuple(
        QuestionnaireQuestion(
            id=question.id,
            text=question.text,
            options=tuple(QuestionnaireOption(id=o.id, label=o.label) for o in question.options),
        )
        for question in step.questions
    )
