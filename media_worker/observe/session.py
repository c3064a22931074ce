"""One session's samples on their way to an observer process, and what was measured on its way back.

Stage: on the event loop, called for every frame. It never blocks and never
queues without a limit: what comes too late is dropped and counted.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass

from media_worker.frames import EncodedFrame
from media_worker.observe.asked import AskedFaces, AskedStill, CardHint, hint_of
from media_worker.observe.faces import CardStill, FaceTemplate, WatchMode
from media_worker.observe.feed import PictureFeed
from media_worker.observe.kept import KeptMeasurements
from media_worker.observe.likeness import cosine
from media_worker.observe.link import ObserverModels, ObserverProcess
from media_worker.observe.messages import (
    Answer,
    Look,
    OpenSession,
    Picture,
    Sample,
    Sound,
    Template,
    UseReference,
    Voice,
)
from media_worker.observe.outbox import Outbox
from media_worker.observe.settings import ObserverSettings
from media_worker.utterance import ENDS_AFTER_MS, Utterance
from shuanglu.container.cluster import OPUS_PACKET_MS
from shuanglu.rules.evidence import joined, voice_in
from shuanglu.rules.measurement import Measurement
from shuanglu.rules.observation import FacesInSpan, VoiceEvidence, VoiceSpan
from shuanglu.timeline.events import CardSide

GOES_ALONG_FROM = 0.45
"""Of its batch must be there for sound to go with a look."""
VOICE_LAG_MS = 64
"""The detector works in windows of 32 ms: the last one or two may still be incomplete."""
KEPT_VOICES = 4_000
MAX_BATCH_PACKETS = 200
_WORDS_AWAITED = frozenset({WatchMode.ANSWER, WatchMode.CLOSE})
"""How it looks while somebody waits for what is said: an answer, or digits."""

OnMeasurement = Callable[[Measurement], None]
OnVoice = Callable[[VoiceSpan], None]
OnUtterance = Callable[[Utterance], None]


@dataclass(slots=True)
class Dropped:
    """Samples that were never looked at."""

    pictures: int = 0
    sounds: int = 0


@dataclass(frozen=True, slots=True)
class Listeners:
    """Whom the session tells; all are called on the event loop and must not block."""

    on_measurement: OnMeasurement
    on_voice: OnVoice
    on_utterance: OnUtterance
    on_lost: Callable[[], None]


class SessionObserver:
    """Push frames in; measurements and voices come back through the listeners."""

    def __init__(
        self,
        number: int,
        *,
        link: ObserverProcess | None,
        settings: ObserverSettings,
        models: ObserverModels,
        listeners: Listeners,
    ) -> None:
        self.number = number
        self.dropped = Dropped()
        self._outbox = Outbox(link)
        self._settings = settings
        self._models = models
        self._listeners = listeners
        self._feed = PictureFeed(settings)
        self._kept = KeptMeasurements()
        self._asked_faces = AskedFaces()
        self._asked_still = AskedStill()
        self._reference: FaceTemplate | None = None
        self._batch: list[EncodedFrame] = []
        self._wanted_ms: float = math.inf
        self._words_until_ms: float = -math.inf
        """By then an utterance has ended whose voice has: until then its end is waited for."""
        self._progress = asyncio.Event()
        self._voices: dict[int, VoiceSpan] = {}
        self._processed: list[tuple[int, int]] = []

    # --- in --------------------------------------------------------------------------

    def push(self, frame: EncodedFrame) -> None:
        """Take one frame; cheap, never blocks, never raises for what the frame holds."""
        if frame.kind == "audio":
            self._push_sound(frame)
        else:
            self._push_picture(frame)

    def _push_picture(self, frame: EncodedFrame) -> None:
        if frame.codec == "OPUS":
            return
        waiting = self._outbox.pictures
        looking = sum(picture.look != "decode" for picture in waiting)
        before = self._feed.dropped
        self._feed.is_face_asked = self._asked_faces.is_open
        look = self._feed.take(frame, looking=looking, decoding=len(waiting))
        self.dropped.pictures += self._feed.dropped - before
        if look is None:
            return
        sample = Picture(
            session=self.number,
            sample=self._outbox.number(),
            codec=frame.codec,
            pts_ms=frame.pts_ms,
            is_key=frame.is_key,
            look=look,
            embed=look != "decode" and self._asked_faces.is_open,
            calm=self._feed.is_calm,
            still_above=self._asked_still.above if look == "card" else None,
        )
        if self._outbox.send_picture(sample, frame.data):
            self._feed.sent(look, frame.pts_ms)
            self._sound_goes_along(look, frame.pts_ms)
        else:
            self._feed.begin_again()
            self.dropped.pictures += 1

    def _sound_goes_along(self, look: Look, pts_ms: float) -> None:
        """The process is awake for a look: sound that would wake it again soon goes with it."""
        if look != "decode" and self._batch:
            due_ms = self._batch_ms(pts_ms)
            if pts_ms - self._batch[0].pts_ms >= due_ms * GOES_ALONG_FROM:
                self._flush_sound()

    def _push_sound(self, frame: EncodedFrame) -> None:
        self._batch.append(frame)
        until_ms = frame.pts_ms + OPUS_PACKET_MS
        full = until_ms - self._batch[0].pts_ms >= self._batch_ms(until_ms)
        if full or until_ms >= self._wanted_ms or len(self._batch) >= MAX_BATCH_PACKETS:
            self._flush_sound()

    def _batch_ms(self, until_ms: float) -> int:
        """How much sound goes at once: little of what somebody waits for."""
        settings = self._settings
        if self._feed.mode in _WORDS_AWAITED:
            return settings.words_batch_ms
        is_heard = self._feed.hears_voice or until_ms <= self._words_until_ms
        return settings.voice_batch_ms if is_heard else settings.audio_batch_ms

    def _flush_sound(self) -> None:
        batch, self._batch = self._batch, []
        if not batch:
            return
        sample = Sound(
            session=self.number,
            sample=self._outbox.number(),
            words_awaited=self._feed.mode in _WORDS_AWAITED,
            pts_ms=tuple(frame.pts_ms for frame in batch),
            sizes=tuple(len(frame.data) for frame in batch),
        )
        body = b"".join(frame.data for frame in batch)
        too_late = len(self._outbox.sounds) >= self._settings.max_audio_in_flight
        if too_late or not self._outbox.send_sound(sample, body):
            self.dropped.sounds += len(batch)

    # --- back ------------------------------------------------------------------------

    def opening(self) -> OpenSession:
        """What a process that does not know the session is told first."""
        reference = Template.of(self._reference.vector) if self._reference else None
        return OpenSession(session=self.number, reference=reference)

    def answered(self, answer: Answer, body: bytes) -> None:
        """One sample came back from the process."""
        asked = self._outbox.answered(answer.sample)
        if asked is None:
            return
        for interval in answer.processed:
            self._processed = joined(self._processed, interval, bridge_ms=VOICE_LAG_MS)
        for voice in answer.voices:
            self._heard(voice)
        if isinstance(asked, Picture):
            self._looked(asked, answer, body)
        else:
            self._said(answer, body)
        for sample in answer.measured:
            self._measured(sample)
        self._progress.set()

    def _looked(self, asked: Picture, answer: Answer, body: bytes) -> None:
        if answer.undecodable:
            self._feed.broke()
        if asked.embed:
            self._asked_faces.take(answer.face)
        if answer.card is not None:
            self._asked_still.take(answer.card, body, self._models.face_recognition)

    def _said(self, answer: Answer, body: bytes) -> None:
        start = 0
        for spoken in answer.utterances:
            pcm = body[start : start + spoken.size]
            start += spoken.size
            said = Utterance(spoken.from_ms, spoken.to_ms, pcm, ended=spoken.ended)
            self._listeners.on_utterance(said)

    def _heard(self, voice: Voice) -> None:
        span = VoiceSpan(from_ms=voice.from_ms, to_ms=voice.to_ms, ended=voice.ended)
        self._feed.hears_voice = not voice.ended
        self._words_until_ms = span.to_ms + ENDS_AFTER_MS + self._settings.voice_batch_ms
        self._voices[span.from_ms] = span
        if len(self._voices) > KEPT_VOICES:
            del self._voices[next(iter(self._voices))]
        self._listeners.on_voice(span)

    def _measured(self, sample: Sample) -> None:
        measured = Measurement(
            at_ms=max(0, sample.at_ms),
            source=sample.source,
            metrics=sample.metrics,
            model_sha256s=self._models.used_for(sample.metrics),
        )
        if self._kept.is_new(measured):
            self._feed.hurry()
        if measured.source == "picture":
            self._feed.is_in_doubt = self._kept.is_in_doubt(measured)
        self._kept.take(measured)
        self._asked_still.saw(measured)
        self._listeners.on_measurement(measured)

    def lost(self) -> None:
        """The process is gone: nothing is evaluated until samples flow again."""
        self._outbox.forget()
        self._feed.begin_again()
        self._progress.set()
        self._listeners.on_lost()

    async def close(self) -> None:
        """Send no more samples; idempotent. What was measured can still be asked."""
        if self._outbox.link is not None:
            self._outbox.link.close(self)
            self._outbox.link = None
        self._outbox.forget()
        self._batch = []
        self._progress.set()

    @property
    def is_waiting(self) -> bool:
        """Whether a sample is on its way and not answered."""
        return bool(self._outbox.pictures or self._outbox.sounds)

    # --- how it looks ------------------------------------------------------------------

    @property
    def mode(self) -> WatchMode:
        """How closely the picture is looked at; another mode begins with the next key frame."""
        return self._feed.mode

    @mode.setter
    def mode(self, mode: WatchMode) -> None:
        self._feed.mode = mode
        self._asked_still.begin()

    @property
    def needs_key_frame(self) -> bool:
        """Whether the phone should be asked for a key frame now."""
        return self._outbox.link is not None and self._feed.needs_key_frame

    @property
    def card_hint(self) -> CardHint | None:
        """What keeps a card from being captured, by the newest picture in CARD mode."""
        return hint_of(self._asked_still.newest)

    async def card_still(self, side: CardSide, timeout_s: float) -> CardStill | None:
        """The best picture of a card from now on, when one was good enough; else ``None``."""
        self._asked_still.begin(wants_portrait=side is CardSide.FRONT)
        return await self._asked_still.wait(timeout_s)

    def undecided(self, *, is_undecided: bool) -> None:
        """Whoever judges says whether one more look would change what is known."""
        self._feed.is_undecided = is_undecided

    @property
    def attentive(self) -> bool:
        """Whether every look tells pose, eyes and lips; else a face that is as before may rest."""
        return self._feed.is_attentive

    @attentive.setter
    def attentive(self, is_attentive: bool) -> None:
        self._feed.is_attentive = is_attentive

    # --- the face ------------------------------------------------------------------------

    async def enrol(self, timeout_s: float) -> FaceTemplate | None:
        """Make the best frontal face of the next pictures the session's reference."""
        model = self._models.face_recognition
        if self._outbox.link is None or model is None:
            return None
        self._feed.hurry()
        found = await self._asked_faces.next_ones(timeout_s)
        if not found:
            return None
        best = max(found, key=lambda each: each.quality)
        template = FaceTemplate(best.raw(), model.sha256)
        self.use_reference(template)
        return template

    def use_reference(self, template: FaceTemplate) -> None:
        """Compare every face with this one from now on; a template of another model is ignored."""
        model = self._models.face_recognition
        if model is None or template.model_sha256 != model.sha256:
            return
        self._reference = template
        if self._outbox.link is not None:
            reference = Template.of(template.vector)
            self._outbox.link.tell(UseReference(session=self.number, reference=reference))

    async def compare(
        self, template: FaceTemplate, *, own_from: float, timeout_s: float
    ) -> float | None:
        """Median cosine of the session's own face with a template; ``None``: not evaluated.

        A face counts whose cosine with the reference is at least ``own_from``: whoever holds a
        portrait before his face would else have it compared with itself.
        """
        model, reference = self._models.face_recognition, self._reference
        if self._outbox.link is None or model is None or template.model_sha256 != model.sha256:
            return None
        if reference is None:
            return None

        def is_own(face: Template) -> bool:
            return cosine(face.raw(), reference.vector) >= own_from

        self._feed.hurry()
        own = await self._asked_faces.next_ones(timeout_s, of=is_own)
        return self._asked_faces.likeness(own, template.vector)

    # --- questions -------------------------------------------------------------------

    def measurements_between(self, from_ms: int, to_ms: int) -> list[Measurement]:
        """What was measured between two media times, in order; the oldest are forgotten."""
        return self._kept.between(from_ms, to_ms)

    def voice_between(self, from_ms: int, to_ms: int) -> VoiceEvidence:
        """The voice between two media times; see ``shuanglu.rules.evidence``."""
        return voice_in(self._voices.values(), self._processed, from_ms, to_ms)

    def faces_between(self, from_ms: int, to_ms: int) -> FacesInSpan:
        """The faces between two media times; see ``shuanglu.rules.evidence``."""
        return self._kept.faces_between(from_ms, to_ms)

    async def wait_evaluated(self, until_ms: int, timeout_s: float) -> bool:
        """Wait until sound up to ``until_ms`` was processed and no picture before it is open.

        ``False`` when that did not happen in time, or cannot: ask anyway, the
        answers then say "not evaluated" where nothing was measured.
        """
        self._wanted_ms = until_ms
        self._flush_sound()
        try:
            async with asyncio.timeout(timeout_s):
                while self._outbox.link is not None and not self._is_evaluated(until_ms):
                    self._progress.clear()
                    await self._progress.wait()
        except TimeoutError:
            return False
        finally:
            self._wanted_ms = math.inf
        return self._sound_is_evaluated(until_ms)

    def _is_evaluated(self, until_ms: int) -> bool:
        pictures = self._outbox.pictures
        if any(each.pts_ms <= until_ms and each.look != "decode" for each in pictures):
            return False
        return self._models.voice_activity is None or self._sound_is_evaluated(until_ms)

    def _sound_is_evaluated(self, until_ms: int) -> bool:
        return bool(self._processed) and self._processed[-1][1] >= until_ms - VOICE_LAG_MS
