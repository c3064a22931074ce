"""The live status that the phone shows, built from the fold and from what is on disk.

Stage: a pure view. It decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from media_worker.play.prompt import RenderedPrompt
from shuanglu.display import DisplayState, display_view
from shuanglu.script.model import (
    DocumentStep,
    IdentityStep,
    LivenessStep,
    QuestionStep,
    Script,
    Step,
)
from shuanglu.script.runner import RunPhase, RunState
from shuanglu.wire.views import (
    ChallengeView,
    IdentityView,
    LiveStatus,
    PromptView,
    StepView,
)


@dataclass(frozen=True, slots=True)
class LiveFacts:
    """What the fold cannot know: the state of this very moment."""

    stored_ms: int
    recording: bool
    prompt_playing: bool
    guidance: Iterable[str]
    last_failure: str | None
    words_heard: str | None = None
    identity: IdentityView | None = None
    challenge: ChallengeView | None = None
    prompt: RenderedPrompt | None = None
    """What was really played of the step; the speed may have been changed since."""
    display: DisplayState = field(default_factory=DisplayState)


def live_status(
    script: Script, state: RunState, prompts: Mapping[str, RenderedPrompt], facts: LiveFacts
) -> LiveStatus:
    """The always-true status strip, and the step that is on the screen."""
    done = len(state.completed)
    return LiveStatus(
        phase=state.phase,
        recording=facts.recording,
        stored_ms=facts.stored_ms,
        step_no=min(done + 1, len(script.steps)),
        step_count=len(script.steps),
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
        prompt=_prompt_view(facts.prompt or prompts[step.id], state, playing=facts.prompt_playing),
        awaiting_customer=state.phase is RunPhase.AWAITING and state.choice is None,
        voice_heard=state.answer_heard,
        last_failure=facts.last_failure,
        **_kind_fields(step, facts),
    )


def _prompt_view(prompt: RenderedPrompt, state: RunState, *, playing: bool) -> PromptView:
    return PromptView(
        playing=playing,
        played=state.prompt_played,
        duration_ms=prompt.duration_ms,
        synthetic=prompt.synthetic,
        cues=prompt.cues,
    )


def _kind_fields(step: Step, facts: LiveFacts) -> dict[str, object]:
    match step:
        case QuestionStep(choices=choices):
            return {"choices": choices, "words_heard": facts.words_heard}
        case IdentityStep():
            return {"identity": facts.identity}
        case LivenessStep():
            return {"challenge": facts.challenge}
        case DocumentStep():
            return {
                "document_sha256": step.document_sha256,
                "pages": step.pages,
                "min_page_ms": step.min_page_ms,
            }
        case _:
            return {}
