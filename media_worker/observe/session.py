"""One session's samples on their way to an observer process, and the facts on their way back.

Stage: on the event loop, called for every frame. It never blocks and never
queues without a limit: what comes too late is dropped and counted.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from media_worker.frames import EncodedFrame
from media_worker.observe.link import ObserverModels, ObserverProcess
from media_worker.observe.messages import MAX_BODY_BYTES, Answer, Measured, Picture, Sound, Voice
from media_worker.observe.settings import ObserverSettings
from shuanglu.container.cluster import OPUS_PACKET_MS
from shuanglu.rules.evidence import faces_in, joined, voice_in
from shuanglu.rules.observation import (
    NOT_EVALUATED,
    FacesInSpan,
    Observation,
    VoiceEvidence,
    VoiceSpan,
)
from shuanglu.timeline.events import Fact

VOICE_LAG_MS = 64
"""The detector works in windows of 32 ms: the last one or two may still be incomplete."""
KEPT_FACE_SAMPLES = 20_000
KEPT_VOICES = 4_000
MAX_BATCH_PACKETS = 200

OnObservation = Callable[[Observation], None]
OnVoice = Callable[[VoiceSpan], None]


@dataclass(slots=True)
class Dropped:
    """Samples that were never looked at."""

    pictures: int = 0
    sounds: int = 0


class SessionObserver:
    """Push frames in; facts and voices come back through the two callbacks."""

    def __init__(
        self,
        number: int,
        *,
        link: ObserverProcess | None,
        settings: ObserverSettings,
        models: ObserverModels,
        on_observation: OnObservation,
        on_voice: OnVoice,
    ) -> None:
        self.number = number
        self.dropped = Dropped()
        self._link = link
        self._settings = settings
        self._models = models
        self._on_observation = on_observation
        self._on_voice = on_voice
        self._in_flight: dict[int, Picture | Sound] = {}
        self._next_sample = 0
        self._last_picture_ms = -math.inf
        self._newest_ms = 0.0
        self._batch: list[EncodedFrame] = []
        self._wanted_ms: float = math.inf
        self._progress = asyncio.Event()
        self._faces: deque[tuple[int, int]] = deque(maxlen=KEPT_FACE_SAMPLES)
        self._voices: dict[int, VoiceSpan] = {}
        self._processed: list[tuple[int, int]] = []

    # --- in --------------------------------------------------------------------------

    def push(self, frame: EncodedFrame) -> None:
        """Take one frame; cheap, never blocks, never raises for what the frame holds."""
        self._newest_ms = max(self._newest_ms, frame.pts_ms)
        if frame.kind == "audio":
            self._push_sound(frame)
        elif frame.is_key:
            self._push_picture(frame)

    def _push_picture(self, frame: EncodedFrame) -> None:
        if frame.codec == "OPUS":
            return
        if frame.pts_ms - self._last_picture_ms < self._settings.video_interval_ms:
            return
        waiting = sum(isinstance(sample, Picture) for sample in self._in_flight.values())
        too_late = waiting >= self._settings.max_video_in_flight
        if too_late or len(frame.data) > MAX_BODY_BYTES:
            self.dropped.pictures += 1
            return
        sample = Picture(
            session=self.number, sample=self._number(), codec=frame.codec, pts_ms=frame.pts_ms
        )
        if self._send(sample, frame.data):
            self._last_picture_ms = frame.pts_ms
        else:
            self.dropped.pictures += 1

    def _push_sound(self, frame: EncodedFrame) -> None:
        self._batch.append(frame)
        until_ms = frame.pts_ms + OPUS_PACKET_MS
        full = until_ms - self._batch[0].pts_ms >= self._settings.audio_batch_ms
        if full or until_ms >= self._wanted_ms or len(self._batch) >= MAX_BATCH_PACKETS:
            self._flush_sound()

    def _flush_sound(self) -> None:
        batch, self._batch = self._batch, []
        if not batch:
            return
        waiting = sum(isinstance(sample, Sound) for sample in self._in_flight.values())
        sample = Sound(
            session=self.number,
            sample=self._number(),
            pts_ms=tuple(frame.pts_ms for frame in batch),
            sizes=tuple(len(frame.data) for frame in batch),
        )
        too_late = waiting >= self._settings.max_audio_in_flight
        if too_late or not self._send(sample, b"".join(frame.data for frame in batch)):
            self.dropped.sounds += len(batch)

    def _number(self) -> int:
        self._next_sample += 1
        return self._next_sample

    def _send(self, sample: Picture | Sound, body: bytes) -> bool:
        if self._link is None or not self._link.send(sample, body):
            return False
        self._in_flight[sample.sample] = sample
        return True

    # --- back ------------------------------------------------------------------------

    def answered(self, answer: Answer) -> None:
        """One sample came back from the process."""
        if self._in_flight.pop(answer.sample, None) is None:
            return
        for interval in answer.processed:
            self._processed = joined(self._processed, interval, bridge_ms=VOICE_LAG_MS)
        for voice in answer.voices:
            self._heard(voice)
        for measured in answer.measured:
            self._measured(measured)
        self._progress.set()

    def _heard(self, voice: Voice) -> None:
        span = VoiceSpan(from_ms=voice.from_ms, to_ms=voice.to_ms, ended=voice.ended)
        self._voices[span.from_ms] = span
        if len(self._voices) > KEPT_VOICES:
            del self._voices[next(iter(self._voices))]
        self._on_voice(span)

    def _measured(self, measured: Measured) -> None:
        if measured.fact is Fact.FACES and measured.value != NOT_EVALUATED:
            self._faces.append((measured.at_ms, int(measured.value)))
        model = self._models.face_detection if measured.fact is Fact.FACES else None
        self._on_observation(
            Observation(
                fact=measured.fact,
                value=measured.value,
                at_ms=max(0, measured.at_ms),
                score=measured.score,
                model_sha256=model.sha256 if model else None,
            )
        )

    def lost(self) -> None:
        """The process is gone: nothing is evaluated until samples flow again."""
        self._in_flight.clear()
        self.not_evaluated()
        self._progress.set()

    def not_evaluated(self) -> None:
        """Say of every fact that it is not known now."""
        at_ms = math.floor(self._newest_ms)
        for fact in Fact:
            self._on_observation(Observation(fact=fact, value=NOT_EVALUATED, at_ms=at_ms))

    async def close(self) -> None:
        """Send no more samples; idempotent. What was measured can still be asked."""
        if self._link is not None:
            self._link.close(self)
            self._link = None
        self._in_flight.clear()
        self._batch = []
        self._progress.set()

    # --- questions -------------------------------------------------------------------

    def voice_between(self, from_ms: int, to_ms: int) -> VoiceEvidence:
        """The voice between two media times; see ``shuanglu.rules.evidence``."""
        return voice_in(self._voices.values(), self._processed, from_ms, to_ms)

    def faces_between(self, from_ms: int, to_ms: int) -> FacesInSpan:
        """The faces between two media times; see ``shuanglu.rules.evidence``."""
        return faces_in(self._faces, from_ms, to_ms)

    async def wait_evaluated(self, until_ms: int, timeout_s: float) -> bool:
        """Wait until sound up to ``until_ms`` was processed and no picture before it is open.

        ``False`` when that did not happen in time, or cannot: ask anyway, the
        answers then say "not evaluated" where nothing was measured.
        """
        self._wanted_ms = until_ms
        self._flush_sound()
        try:
            async with asyncio.timeout(timeout_s):
                while self._link is not None and not self._is_evaluated(until_ms):
                    self._progress.clear()
                    await self._progress.wait()
        except TimeoutError:
            return False
        finally:
            self._wanted_ms = math.inf
        return self._sound_is_evaluated(until_ms)

    def _is_evaluated(self, until_ms: int) -> bool:
        pictures = (s for s in self._in_flight.values() if isinstance(s, Picture))
        if any(picture.pts_ms <= until_ms for picture in pictures):
            return False
        return self._models.voice_activity is None or self._sound_is_evaluated(until_ms)

    def _sound_is_evaluated(self, until_ms: int) -> bool:
        return bool(self._processed) and self._processed[-1][1] >= until_ms - VOICE_LAG_MS
