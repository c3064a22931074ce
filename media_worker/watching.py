"""What is seen and heard in one session: its observer, and the watch that makes alerts of facts.

Stage: between the frames that are recorded and the timeline. It never delays or alters
what is recorded; what was not observed is "not evaluated".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from media_worker.frames import EncodedFrame
from media_worker.observe.pool import ObserverPool, SessionObserver, VoiceEvidence, VoiceSpan
from shuanglu.rules.observation import FacesInSpan, Observation
from shuanglu.rules.watch import Watch
from shuanglu.timeline import events as ev


@dataclass(frozen=True, slots=True)
class WatchingHooks:
    """Whom it tells; all are called on the event loop and must not block."""

    emit: Callable[[ev.Payload], None]
    on_change: Callable[[], None]
    on_voice: Callable[[VoiceSpan], None]


class SessionWatching:
    """Observes from the first frame; idle until :meth:`open`."""

    def __init__(self, session_id: str, observers: ObserverPool, hooks: WatchingHooks) -> None:
        self._session_id = session_id
        self._observers = observers
        self._hooks = hooks
        self._watch = Watch()
        self._observer: SessionObserver | None = None

    async def open(self) -> None:
        """Begin to observe; idempotent."""
        if self._observer is None:
            self._observer = await self._observers.open_session(
                self._session_id,
                on_observation=self._on_observation,
                on_voice=self._hooks.on_voice,
            )

    async def close(self) -> None:
        """Observe no more; idempotent."""
        observer, self._observer = self._observer, None
        if observer is not None:
            await observer.close()

    def push(self, frame: EncodedFrame) -> None:
        """Look at a frame, or listen to it."""
        if self._observer is not None:
            self._observer.push(frame)

    async def voice(self, from_ms: int, to_ms: int, *, timeout_s: float) -> VoiceEvidence:
        """The voice in a span, after waiting for the detector."""
        if self._observer is None:
            return VoiceEvidence(speech_ms=0, first_ms=None, last_ms=None, evaluated=False)
        await self._observer.wait_evaluated(to_ms, timeout_s=timeout_s)
        return self._observer.voice_between(from_ms, to_ms)

    async def faces(self, from_ms: int, to_ms: int, *, timeout_s: float) -> FacesInSpan:
        """How the face was in a span, after waiting for the picture of its end."""
        if self._observer is None:
            return "not_evaluated"
        await self._observer.wait_evaluated(to_ms, timeout_s=timeout_s)
        return self._observer.faces_between(from_ms, to_ms)

    def alerts(self) -> set[str]:
        """Codes of the alerts that are active."""
        return set(self._watch.active)

    def tick(self, now_ms: int) -> None:
        """Time has passed in which media arrived: an alert may be due."""
        for payload in self._watch.tick(now_ms):
            self._hooks.emit(payload)

    def suspend(self, now_ms: int) -> None:
        """The media is interrupted: what was seen before says nothing of what comes."""
        for payload in self._watch.suspend(now_ms):
            self._hooks.emit(payload)

    def _on_observation(self, observation: Observation) -> None:
        for payload in self._watch.observe(observation):
            self._hooks.emit(payload)
        self._hooks.on_change()
