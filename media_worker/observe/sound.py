"""Batches of Opus packets to facts: is there sound, and where is a voice.

Stage: inside the observer process. It never keeps sound beyond the last window.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import av
import numpy as np

from media_worker.observe.messages import Measured, Voice
from media_worker.observe.voice import RATE_HZ, WINDOW, Samples, VoiceModel, VoiceTracker
from shuanglu.timeline.events import Fact

SILENCE_DBFS = -75.0
"""A muted or dead microphone gives zeros. A quiet room behind a phone's noise
suppression was seen at -70 dBFS and above; that is still sound."""
SILENT_AFTER_MS = 5000
LEVEL_WINDOW_MS = 1000
MAX_HOLE_MS = 500
"""Shorter holes (lost packets, discontinuous transmission: one packet each 400 ms,
RFC 7587 section 3.1.3) are filled with silence; a longer one begins a new run."""
MAX_SKEW_MS = 20


class OpusDecoder:
    """Opus packets to 16 kHz mono. A packet that cannot be decoded gives nothing."""

    def __init__(self) -> None:
        self._decoder: Any = av.CodecContext.create("opus", "r")
        self._decoder.sample_rate = 48_000
        self._decoder.layout = "mono"
        self._resampler = av.AudioResampler("flt", "mono", RATE_HZ)

    def decode(self, packet: bytes) -> Samples:
        """Samples of one packet."""
        try:
            frames = self._decoder.decode(av.Packet(packet))
        except (av.FFmpegError, ValueError):
            return np.zeros(0, np.float32)
        parts: list[Samples] = []
        for frame in frames:
            frame.pts = None
            parts += [out.to_ndarray()[0] for out in self._resampler.resample(frame)]
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)


class LevelMeter:
    """Heard or silent, once a second."""

    def __init__(self) -> None:
        self._power = 0.0
        self._count = 0
        self._silent_since_ms: float | None = None

    def hear(self, samples: Samples, until_ms: float) -> Measured | None:
        """Take samples that end at ``until_ms``; a fact when a second is full and it is known."""
        self._power += float(np.square(samples).sum())
        self._count += len(samples)
        if self._count < RATE_HZ * LEVEL_WINDOW_MS // 1000:
            return None
        level_dbfs = 10 * math.log10(self._power / self._count + 1e-12)
        from_ms = until_ms - self._count * 1000 / RATE_HZ
        self._power, self._count = 0.0, 0
        return self._judge(level_dbfs, from_ms, until_ms)

    def _judge(self, level_dbfs: float, from_ms: float, until_ms: float) -> Measured | None:
        at_ms, score = math.floor(until_ms), round(level_dbfs, 1)
        if level_dbfs > SILENCE_DBFS:
            self._silent_since_ms = None
            return Measured(fact=Fact.SOUND, value="heard", at_ms=at_ms, score=score)
        if self._silent_since_ms is None:
            self._silent_since_ms = from_ms
        if until_ms - self._silent_since_ms < SILENT_AFTER_MS:
            return None
        return Measured(fact=Fact.SOUND, value="silent", at_ms=at_ms, score=score)


class SoundObserver:
    """All facts of the sound of one session."""

    def __init__(self, model: VoiceModel | None) -> None:
        self._model = model
        self._voices: list[Voice] = []
        self._measured: list[Measured] = []
        self._processed: list[tuple[int, int]] = []
        self._begin_run(0.0)

    def _begin_run(self, at_ms: float) -> None:
        self._decoder = OpusDecoder()
        self._meter = LevelMeter()
        self._tracker = VoiceTracker(self._model) if self._model else None
        self._waiting = np.zeros(0, np.float32)
        self._waiting_ms = at_ms
        self._running = False

    def observe(self, packets: Iterator[tuple[float, bytes]]) -> None:
        """Take one batch, in order of media time; ``take`` gives what came of it."""
        for pts_ms, packet in packets:
            self._step_to(pts_ms)
            self._hear(self._decoder.decode(packet))
        self._use_windows()

    def take(self) -> tuple[list[Measured], list[Voice], list[tuple[int, int]]]:
        """Facts, voices (the newest state of each) and processed spans since the last call."""
        newest = {voice.from_ms: voice for voice in self._voices}
        out = (self._measured, list(newest.values()), self._processed)
        self._measured, self._voices, self._processed = [], [], []
        return out

    @property
    def _until_ms(self) -> float:
        return self._waiting_ms + len(self._waiting) * 1000 / RATE_HZ

    def _step_to(self, pts_ms: float) -> None:
        """Bring the run to the packet's time: fill a hole, or begin again."""
        hole_ms = pts_ms - self._until_ms
        if not self._running or not -MAX_HOLE_MS <= hole_ms <= MAX_HOLE_MS:
            self._end_voice()
            self._begin_run(pts_ms)
            self._running = True
        elif hole_ms > MAX_SKEW_MS:
            self._hear(np.zeros(round(hole_ms * RATE_HZ / 1000), np.float32))
        elif hole_ms < -MAX_SKEW_MS:
            self._waiting_ms += hole_ms  # the clocks were aligned: sound moved back

    def _hear(self, samples: Samples) -> None:
        self._waiting = np.concatenate([self._waiting, samples])
        fact = self._meter.hear(samples, self._until_ms)
        if fact:
            self._measured.append(fact)

    def _use_windows(self) -> None:
        whole = len(self._waiting) // WINDOW
        from_ms = self._waiting_ms
        for number in range(whole):
            window = self._waiting[number * WINDOW : (number + 1) * WINDOW]
            self._track(window, from_ms + number * WINDOW * 1000 / RATE_HZ)
        self._waiting = self._waiting[whole * WINDOW :]
        self._waiting_ms = from_ms + whole * WINDOW * 1000 / RATE_HZ
        if whole and self._tracker:
            self._processed.append((math.floor(from_ms), math.ceil(self._waiting_ms)))

    def _track(self, window: Samples, at_ms: float) -> None:
        voice = self._tracker.hear(window, at_ms) if self._tracker else None
        if voice:
            self._voices.append(voice)

    def _end_voice(self) -> None:
        voice = self._tracker.end() if self._tracker else None
        if voice:
            self._voices.append(voice)
