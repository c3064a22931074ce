"""What is seen and heard in one session: the observers' measurements to facts and alerts.

Stage: between the observers, the rules and the timeline. A session is observed from its
first frame, consent given, and not before. It never looks at a frame itself and decides
nothing about the script.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from media_worker.direct.stage import CardHint, CardText, Face, LookMode, ReadHandwriting, Still
from media_worker.frames import EncodedFrame
from media_worker.listening import Listening, ListeningHooks
from media_worker.observe.pool import (
    FaceTemplate,
    ObserverPool,
    SessionObserver,
    VoiceEvidence,
    VoiceSpan,
    WatchMode,
)
from media_worker.recognise.pool import RecogniserPool
from media_worker.sampling import Sampling
from shuanglu.rules.lips import Lips, lips_during, shipped_lips
from shuanglu.rules.measurement import Measurement
from shuanglu.rules.observation import FacesInSpan
from shuanglu.rules.watch import Watch
from shuanglu.script.model import Script
from shuanglu.script.moments import is_only_listening, moment_of
from shuanglu.script.runner import RunState
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Fact, Metric

CARD_TEXT_TIMEOUT_S = 15.0
LAST_WORDS_S = 1.0
"""The verdict waits this long for words that are still at the recogniser."""
WORTH_ANOTHER_LOOK = frozenset(
    {Fact.FACES, Fact.PICTURE, Fact.LIGHT, Fact.FOCUS, Fact.PLACE, Fact.OCCLUSION, Fact.IDENTITY}
)
"""Facts for which it looks again soon; eyes and pose change with every glance."""
NOTHING_HEARD = VoiceEvidence(speech_ms=0, first_ms=None, last_ms=None, evaluated=False)


@dataclass(frozen=True, slots=True)
class WatchingHooks:
    """Whom it tells; all are called on the event loop and must not block."""

    emit: Callable[[ev.Payload], None]
    on_change: Callable[[], None]
    on_voice: Callable[[VoiceSpan], None]
    on_words: Callable[[ev.SpeechRecognised], None]
    now_ms: Callable[[], int]


class SessionWatching:
    """The session's senses; idle until :meth:`open`."""

    def __init__(
        self,
        session_id: str,
        observers: ObserverPool,
        recognisers: RecogniserPool,
        hooks: WatchingHooks,
    ) -> None:
        self._session_id = session_id
        self._observers = observers
        self._recognisers = recognisers
        self._hooks = hooks
        self._watch = Watch()
        self._lips_policy = shipped_lips()
        self._sampling = Sampling(hooks.emit)
        self._observer: SessionObserver | None = None
        self._mode: LookMode = "watch"
        self._listening = Listening(
            recognisers,
            ListeningHooks(
                lips=self._lips,
                emit=hooks.emit,
                on_words=hooks.on_words,
                raise_alert=self.raise_alert,
                end_alert=self._end_alert,
            ),
        )

    async def open(self) -> None:
        """Begin to observe; idempotent."""
        if self._observer is None:
            self._observer = await self._observers.open_session(
                self._session_id,
                on_measurement=self._on_measurement,
                on_voice=self._on_voice,
                on_utterance=self._listening.take,
                on_lost=self._hooks.on_change,
            )

    async def close(self) -> None:
        """Observe no more; idempotent."""
        observer, self._observer = self._observer, None
        if observer is not None:
            await observer.close()
        await self._listening.close()
        self._sampling.flush()

    async def settle(self) -> None:
        """Before the verdict: what was said is understood, what was measured is told."""
        await self._listening.words(0, self._hooks.now_ms(), timeout_s=LAST_WORDS_S)
        self._sampling.flush()

    def push(self, frame: EncodedFrame) -> None:
        """Look at a frame, or listen to it."""
        if self._observer is not None:
            self._observer.push(frame)

    @property
    def needs_key_frame(self) -> bool:
        """Whether a whole picture should be asked of the phone now."""
        return self._observer is not None and self._observer.needs_key_frame

    # --- the senses of the director's desks ---------------------------------------------

    def look(self, mode: LookMode) -> None:
        """From now on look like this."""
        self._mode = mode
        if self._observer is not None:
            self._observer.mode = WatchMode(mode)

    def expect_digits(self, *, due: bool) -> None:
        """Whether somebody has been asked to read digits aloud."""
        self._listening.digits_due = due

    @property
    def card_hint(self) -> CardHint | None:
        """What keeps the card from being captured."""
        return self._observer.card_hint if self._observer is not None else "card_missing"

    async def card_still(self, side: ev.CardSide, *, timeout_s: float) -> Still | None:
        """The best picture of a card so far that is good enough."""
        if self._observer is None:
            await asyncio.sleep(1)
            return None
        return await self._observer.card_still(side, timeout_s)

    async def card_text(self, jpeg: bytes) -> CardText | None:
        """Read a card."""
        return await self._recognisers.card_text(jpeg, timeout_s=CARD_TEXT_TIMEOUT_S)

    async def handwriting(self, stored: bytes, *, timeout_s: float) -> ReadHandwriting | None:
        """Read the strokes of a signature."""
        return await self._recognisers.handwriting(stored, timeout_s=timeout_s)

    async def compare(self, face: Face, *, own_from: float, timeout_s: float) -> float | None:
        """Cosine of the session's own face with another."""
        if self._observer is None:
            return None
        template = FaceTemplate(vector=face.vector, model_sha256=face.model_sha256)
        return await self._observer.compare(template, own_from=own_from, timeout_s=timeout_s)

    def measurements(self, from_ms: int, to_ms: int) -> Sequence[Measurement]:
        """What was measured in a span."""
        if self._observer is None:
            return ()
        return self._observer.measurements_between(from_ms, to_ms)

    async def evaluated(self, until_ms: int, *, timeout_s: float) -> bool:
        """Wait until everything up to then was measured."""
        if self._observer is None:
            return False
        return await self._observer.wait_evaluated(until_ms, timeout_s=timeout_s)

    async def voice(self, from_ms: int, to_ms: int, *, timeout_s: float) -> VoiceEvidence:
        """The voice in a span, after waiting for the detector."""
        if self._observer is None:
            return NOTHING_HEARD
        await self._observer.wait_evaluated(to_ms, timeout_s=timeout_s)
        return self._observer.voice_between(from_ms, to_ms)

    async def words(
        self, from_ms: int, to_ms: int, *, timeout_s: float
    ) -> Sequence[ev.SpeechRecognised]:
        """Utterances that touch a span, after waiting for those still at the recogniser."""
        return await self._listening.words(from_ms, to_ms, timeout_s=timeout_s)

    async def faces(self, from_ms: int, to_ms: int, *, timeout_s: float) -> FacesInSpan:
        """How the face was in a span, after waiting for the picture of its end."""
        if self._observer is None:
            return "not_evaluated"
        await self._observer.wait_evaluated(to_ms, timeout_s=timeout_s)
        return self._observer.faces_between(from_ms, to_ms)

    def raise_alert(self, alert: str, detail: str | None = None) -> None:
        """An alert that comes from elsewhere than one fact."""
        self._tell(self._watch.raise_alert(alert, self._hooks.now_ms(), detail))

    def _end_alert(self, alert: str) -> None:
        self._tell(self._watch.end_alert(alert, self._hooks.now_ms()))

    # --- the reference face ----------------------------------------------------------------

    async def enrol(self, timeout_s: float) -> FaceTemplate | None:
        """Make the face before the camera the session's reference."""
        return await self._observer.enrol(timeout_s) if self._observer is not None else None

    def use_reference(self, template: FaceTemplate) -> None:
        """Compare with the face of an earlier life of this session."""
        if self._observer is not None:
            self._observer.use_reference(template)

    # --- rules -------------------------------------------------------------------------------

    def alerts(self) -> set[str]:
        """Codes of the alerts that are active."""
        return set(self._watch.active)

    def follow(self, script: Script, state: RunState) -> None:
        """Where the script is: some rules hold only there, and some looks may be shorter."""
        self._watch.moment = moment_of(script, state)
        if self._observer is not None:
            self._observer.attentive = not is_only_listening(script, state)

    def tick(self, now_ms: int) -> None:
        """Time has passed in which media arrived: an alert may be due."""
        self._tell(self._watch.tick(now_ms))

    def suspend(self, now_ms: int) -> None:
        """The media is interrupted: what was seen before says nothing of what comes."""
        self._sampling.flush()
        self._tell(self._watch.suspend(now_ms))

    def _on_measurement(self, measured: Measurement) -> None:
        self._sampling.take(measured)
        self._tell(self._watch.measure(measured))
        if self._observer is not None:
            undecided = not self._watch.undecided.isdisjoint(WORTH_ANOTHER_LOOK)
            self._observer.undecided(is_undecided=undecided)
        self._hooks.on_change()

    def _on_voice(self, span: VoiceSpan) -> None:
        if span.ended:
            self._compare_with_lips(span)
        self._hooks.on_voice(span)

    def _compare_with_lips(self, span: VoiceSpan) -> None:
        lips = self._lips(span.from_ms, span.to_ms)
        if lips == "not_seen":
            return
        share = {"still": 1.0, "moving": 0.0}[lips]
        self._on_measurement(Measurement(span.to_ms, "both", {Metric.VOICE_LIPS_STILL: share}))

    def _lips(self, from_ms: int, to_ms: int) -> Lips:
        reach_ms = self._lips_policy.reach_ms
        near = self.measurements(from_ms - reach_ms, to_ms + reach_ms)
        return lips_during(near, from_ms, to_ms, self._lips_policy)

    def _tell(self, payloads: Sequence[ev.Payload]) -> None:
        for payload in payloads:
            self._hooks.emit(payload)
