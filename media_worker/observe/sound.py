"""Batches of Opus packets to metrics, spans of voice, and utterances.

Stage: inside the observer process. It never keeps sound beyond one open utterance, and
judges nothing: what is silent, noisy or clipped is for the rules to say.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import av
import numpy as np

from media_worker.observe.messages import Sample, Voice
from media_worker.observe.utterance import UtteranceCutter
from media_worker.observe.voice import (
    RATE_HZ,
    WINDOW,
    WINDOW_MS,
    Samples,
    VoiceModel,
    VoiceTracker,
)
from media_worker.utterance import Utterance
from shuanglu.timeline.events import Metric

OPUS_HZ = 48_000
MEASURED_MS = 1000
FULL_SCALE = 0.97
"""Opus and the resampling round the flat tops of clipped sound off to about this."""
QUIET = 10 ** (-62 / 10)
"""Power below which nobody speaks into a phone: -62 dBFS over 32 ms. No recogniser here listens to
what stays below -60 dBFS."""
LEAST_NOISE_WINDOWS = 6
"""Noise is measured only in seconds in which nobody speaks for at least 192 ms."""
MAX_HOLE_MS = 500
"""Shorter holes (lost packets, discontinuous transmission: one packet each 400 ms,
RFC 7587 section 3.1.3) are filled with silence; a longer one begins a new run."""
MAX_SKEW_MS = 20


class OpusDecoder:
    """Opus packets to 48 kHz mono. A packet that cannot be decoded gives nothing."""

    def __init__(self) -> None:
        self._decoder: Any = av.CodecContext.create("opus", "r")
        self._decoder.sample_rate = OPUS_HZ
        self._decoder.layout = "mono"

    def decode(self, packet: bytes) -> list[Samples]:
        """Samples of one packet, in pieces."""
        try:
            frames = self._decoder.decode(av.Packet(packet))
        except (av.FFmpegError, ValueError):
            return []
        return [np.frombuffer(frame.planes[0], np.float32, frame.samples) for frame in frames]


class Resampler:
    """48 kHz to what the detector hears, all that has come at once: a call costs more than it."""

    def __init__(self) -> None:
        self._resampler = av.AudioResampler("fltp", "mono", RATE_HZ)

    def resample(self, pieces: list[Samples]) -> list[Samples]:
        """The next stretch of one run, in pieces."""
        if not pieces:
            return []
        whole = av.AudioFrame.from_ndarray(np.concatenate(pieces)[None], "fltp", "mono")
        whole.sample_rate = OPUS_HZ
        return [out.to_ndarray()[0] for out in self._resampler.resample(whole)]


class SoundMeter:
    """Level, noise, clipping and share of voice, once a second."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._powers: list[float] = []
        self._voiced: list[bool] = []
        self._clipped = 0

    def hear(
        self, power: float, clipped: int, until_ms: float, *, voiced: bool | None
    ) -> Sample | None:
        """Take a window that ends at ``until_ms``; what was measured when a second is full.

        ``voiced`` is ``None`` where nobody can tell: then voice and noise are not measured.
        """
        self._powers.append(power)
        self._clipped += clipped
        if voiced is not None:
            self._voiced.append(voiced)
        if len(self._powers) * WINDOW_MS < MEASURED_MS:
            return None
        metrics = self._metrics()
        self._begin()
        return Sample(at_ms=math.floor(until_ms), source="sound", metrics=metrics)

    def _metrics(self) -> dict[Metric, float]:
        powers = np.array(self._powers)
        metrics = {
            Metric.LEVEL: _dbfs(float(powers.mean())),
            Metric.CLIPPED: round(self._clipped / (len(powers) * WINDOW), 4),
        }
        if len(self._voiced) == len(powers):
            metrics[Metric.VOICE] = round(float(np.mean(self._voiced)), 3)
            unvoiced = powers[~np.array(self._voiced)]
            if len(unvoiced) >= LEAST_NOISE_WINDOWS:
                metrics[Metric.NOISE] = _dbfs(float(np.median(unvoiced)))
        return metrics


def _dbfs(power: float) -> float:
    return round(10 * math.log10(power + 1e-12), 1)


@dataclass(slots=True)
class Heard:
    """What came of the sound since the last time somebody asked."""

    samples: list[Sample] = field(default_factory=list)
    voices: list[Voice] = field(default_factory=list)
    processed: list[tuple[int, int]] = field(default_factory=list)
    utterances: list[Utterance] = field(default_factory=list)


class SoundObserver:
    """All that is measured of the sound of one session."""

    def __init__(self, model: VoiceModel | None) -> None:
        self._model = model
        self._heard = Heard()
        self._begin_run(0.0)

    def _begin_run(self, at_ms: float) -> None:
        self._decoder, self._resampler = OpusDecoder(), Resampler()
        self._meter = SoundMeter()
        self._tracker = VoiceTracker(self._model) if self._model else None
        self._cutter = UtteranceCutter()
        self._fresh: list[Samples] = []
        self._fresh_count = 0
        self._waiting = np.zeros(0, np.float32)
        self._waiting_ms = at_ms
        self._running = False

    def observe(
        self, packets: Iterator[tuple[float, bytes]], *, words_awaited: bool = False
    ) -> None:
        """Take one batch, in order of media time; ``take`` gives what came of it."""
        self._cutter.is_awaited = words_awaited
        for pts_ms, packet in packets:
            self._step_to(pts_ms)
            for piece in self._decoder.decode(packet):
                self._take(piece)
        self._use_windows()

    def take(self) -> Heard:
        """What came of it since the last call; of each voice only its newest state."""
        heard, self._heard = self._heard, Heard()
        heard.voices = list({voice.from_ms: voice for voice in heard.voices}.values())
        return heard

    @property
    def _until_ms(self) -> float:
        heard_ms = len(self._waiting) * 1000 / RATE_HZ + self._fresh_count * 1000 / OPUS_HZ
        return self._waiting_ms + heard_ms

    def _step_to(self, pts_ms: float) -> None:
        """Bring the run to the packet's time: fill a hole, or begin again."""
        hole_ms = pts_ms - self._until_ms
        if not self._running or not -MAX_HOLE_MS <= hole_ms <= MAX_HOLE_MS:
            self._use_windows()
            self._end_voice()
            self._begin_run(pts_ms)
            self._running = True
        elif hole_ms > MAX_SKEW_MS:
            self._take(np.zeros(round(hole_ms * OPUS_HZ / 1000), np.float32))
        elif hole_ms < -MAX_SKEW_MS:
            self._waiting_ms += hole_ms  # the clocks were aligned: sound moved back

    def _take(self, piece: Samples) -> None:
        self._fresh.append(piece)
        self._fresh_count += len(piece)

    def _use_windows(self) -> None:
        self._waiting = np.concatenate([self._waiting, *self._resampler.resample(self._fresh)])
        self._fresh, self._fresh_count = [], 0
        whole = len(self._waiting) // WINDOW
        if not whole:
            return
        from_ms, windows = self._waiting_ms, self._waiting[: whole * WINDOW].reshape(-1, WINDOW)
        self._waiting = self._waiting[whole * WINDOW :]
        self._waiting_ms = from_ms + whole * WINDOW_MS
        powers = np.square(windows).mean(axis=1)
        quiet = bool(powers.max() < QUIET)
        self._measure(windows, powers, from_ms, self._track(windows, from_ms, quiet=quiet))
        if self._tracker:
            self._heard.processed.append((math.floor(from_ms), math.ceil(self._waiting_ms)))

    def _measure(
        self, windows: Samples, powers: Samples, from_ms: float, voiced: list[bool] | list[None]
    ) -> None:
        clipped = (np.abs(windows) >= FULL_SCALE).sum(axis=1)
        heard_of = zip(powers.tolist(), clipped.tolist(), strict=True)
        for number, heard in enumerate(heard_of, start=1):
            until_ms = from_ms + number * WINDOW_MS
            if sample := self._meter.hear(*heard, until_ms, voiced=voiced[number - 1]):
                self._heard.samples.append(sample)

    def _track(self, windows: Samples, from_ms: float, *, quiet: bool) -> list[bool] | list[None]:
        """In which of the windows is a voice; ``None`` where nobody can tell."""
        tracker = self._tracker
        if tracker is None:
            return [None] * len(windows)
        voiced = []
        found = tracker.silence(windows) if quiet else tracker.probabilities(windows)
        for number, probability in enumerate(found):
            at_ms = from_ms + number * WINDOW_MS
            if voice := tracker.hear(probability, at_ms):
                self._heard.voices.append(voice)
            if utterance := self._cutter.hear(windows[number], at_ms, voiced=tracker.voiced):
                self._heard.utterances.append(utterance)
            voiced.append(tracker.voiced)
        return voiced

    def _end_voice(self) -> None:
        if self._tracker and (voice := self._tracker.end()):
            self._heard.voices.append(voice)
        if utterance := self._cutter.end():
            self._heard.utterances.append(utterance)
