"""The end of a session: everything in flight is stored and said, then the record is judged.

Stage: asked by the director when every step is completed. It closes nothing that lacks a
required moment: such a step is opened again, and the customer is led back to it. Only a
script that was stopped is closed as incomplete.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from media_worker.intake import Intake
from media_worker.outgoing import Outbox
from media_worker.watching import SessionWatching
from shuanglu.script.model import Script
from shuanglu.script.runner import RunState
from shuanglu.script.verdict import judge
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Actor, Event
from shuanglu.wire.signalling import ServerMessage, Verdict
from shuanglu.wire.views import VerdictView


@dataclass(frozen=True, slots=True)
class FinishingHooks:
    """The session's fold, and its ways to the timeline and to the phone."""

    state: Callable[[], RunState]
    append: Callable[[Actor, ev.Payload], Awaitable[None]]
    tell: Callable[[ServerMessage], Awaitable[None]]


class Finishing:
    """Judges one session's record."""

    def __init__(
        self,
        script: Script,
        events: Sequence[Event],
        *,
        watching: SessionWatching,
        intake: Intake,
        outbox: Outbox,
        hooks: FinishingHooks,
    ) -> None:
        self._script = script
        self._events = events
        self._watching = watching
        self._intake = intake
        self._outbox = outbox
        self._hooks = hooks

    async def finish(self) -> None:
        """Judge the record; close it if it stands, reopen what does not."""
        await self._watching.settle()
        await self._intake.flush()
        await self._outbox.empty()
        verdict = judge(self._script, self._events)
        is_stopped = self._hooks.state().stopped is not None
        if verdict.outcome is ev.Outcome.INCOMPLETE and not is_stopped:
            await self._reopen(verdict)
        else:
            await self._intake.end("finished")
            await self._outbox.empty()
            verdict = judge(self._script, self._events)
            if verdict.outcome is ev.Outcome.INCOMPLETE and not is_stopped:
                return  # a person was asked for meanwhile: nothing closes as incomplete by itself
            await self._hooks.append(Actor.SYSTEM, verdict)
        await self._hooks.tell(Verdict(verdict=_view(verdict)))

    async def _reopen(self, verdict: ev.VerdictGiven) -> None:
        for missing in verdict.missing:
            state = self._hooks.state()
            if missing.step_id in state.completed:
                failed = ev.StepFailed(
                    step_id=missing.step_id,
                    attempt=state.attempts[missing.step_id],
                    reason="other_face" if missing.reason == "other_face" else "media_missing",
                )
                await self._hooks.append(Actor.SYSTEM, failed)


def _view(verdict: ev.VerdictGiven) -> VerdictView:
    return VerdictView(
        outcome=verdict.outcome, missing=verdict.missing, not_evaluated=verdict.not_evaluated
    )
