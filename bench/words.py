"""Words as the product hears them: synthetic speech with noise, Opus, the real detectors.

``measure`` speaks every line in four voices and asks the real recogniser; the three figures
of the issue are taken from its result: ``phrases_heard``, ``phrases_false`` and
``phrase_alert_p95_s``. Everything here runs on one core.
"""

from __future__ import annotations

import asyncio
import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.spoken_lines import (
    ACCEPTED,
    ANSWERS,
    COMPLIANT,
    HELD_OUT,
    KEY_PHRASES,
    REFUSED,
    TUNED_ON,
)
from demo.microphone import to_48_khz
from media_worker.models.registry import ModelRegistry, ModelSettings
from media_worker.observe.sound import SoundObserver
from media_worker.observe.voice import VoiceModel
from media_worker.play.render_speech import Voice
from media_worker.recognise.pool import RecogniserPool, RecogniserSettings
from media_worker.utterance import Utterance
from shuanglu.rules.words import classify_answer, phrases_in, shipped_phrases
from tests.observe.encoding import opus_frames

SEED = 20_261_126
NOISE_DB = 15.0
SPEECH_DBFS = -24.0
RATE_HZ = 48_000
EDGE_S = 1.0
BATCH_PACKETS = 10
"""The session sends sound in batches of 200 ms until an utterance has ended, which waits for its
batch's end."""
WORDS_TIMEOUT_S = 30.0

Samples = npt.NDArray[np.float32]
Figure = tuple[float, dict[str, Any]]
Speak = Callable[[str], Callable[[str], Samples]]
"""From a voice's name to what speaks with it, 24 kHz."""


@dataclass(frozen=True)
class Line:
    """One line by one voice, and what the product made of it."""

    voice: str
    kind: str
    said: str
    expected: str
    heard: str
    confidence: float
    phrases: tuple[str, ...]
    delays_s: tuple[float, ...]


@dataclass
class Run:
    """Everything that was said and heard."""

    lines: list[Line] = field(default_factory=list)

    def of(self, kind: str, voices: Sequence[str] | None = None) -> list[Line]:
        return [
            line
            for line in self.lines
            if line.kind == kind and (voices is None or line.voice in voices)
        ]


def pink_noise(count: int, random: np.random.Generator) -> Samples:
    """Noise as rooms have it: equal power in each octave from 50 Hz."""
    spectrum = np.fft.rfft(random.normal(size=count))
    frequencies = np.fft.rfftfreq(count, 1 / RATE_HZ)
    shaped = spectrum / np.sqrt(np.maximum(frequencies, 50.0))
    noise = np.fft.irfft(shaped, count)
    return np.asarray(noise / noise.std(), np.float32)


def noisy(speech: Samples, random: np.random.Generator) -> Samples:
    """Speech at its level with silence around it, on noise 15 dB below."""
    level = 10 ** (SPEECH_DBFS / 20)
    active = speech[np.abs(speech) > 0.02 * np.abs(speech).max()]
    speech = speech * (level / np.sqrt(np.square(active).mean()))
    edge = np.zeros(int(EDGE_S * RATE_HZ), np.float32)
    whole = np.concatenate([edge, speech, edge])
    noise = pink_noise(len(whole), random) * level * 10 ** (-NOISE_DB / 20)
    return np.asarray(whole + noise, np.float32)


def utterances(samples: Samples, model: VoiceModel) -> Iterator[tuple[Utterance, float]]:
    """Utterances as the observer cuts them, and when (media seconds after their end)."""
    observer, frames = SoundObserver(model), opus_frames(samples)
    for start in range(0, len(frames), BATCH_PACKETS):
        batch = frames[start : start + BATCH_PACKETS]
        observer.observe((frame.pts_ms, frame.data) for frame in batch)
        until_ms = batch[-1].pts_ms + 20
        for utterance in observer.take().utterances:
            yield utterance, (until_ms - utterance.to_ms) / 1000


def lines() -> Iterator[tuple[str, str, str]]:
    """Kind, text and expectation of everything that is said."""
    for phrase, text in KEY_PHRASES:
        yield "phrase", text, phrase
    for text in COMPLIANT:
        yield "compliant", text, ""
    for sense, text in ANSWERS:
        yield "answer", text, sense


def voice_of(registry: ModelRegistry, name: str) -> Voice:
    return Voice(
        model=registry.get("speech").path,
        vocabulary=registry.get("speech_vocabulary").path,
        style=registry.voice(name).path,
        speed=0.95,
    )


async def measure(
    *, seed: int = SEED, voices: Sequence[str] = TUNED_ON + HELD_OUT, speak: Speak | None = None
) -> Run:
    """Say everything in every voice, through noise, Opus and the recogniser, on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    registry = ModelRegistry(ModelSettings())
    pool = RecogniserPool(RecogniserSettings(card_text=False), registry)
    try:
        await pool.start()
        run, random = Run(), np.random.default_rng(seed)
        model = VoiceModel(registry.get("voice_activity").path)
        for name in voices:
            say = speak(name) if speak else voice_of(registry, name).speak
            for kind, text, expected in lines():
                sound = noisy((to_48_khz(say(text)) / 32768).astype(np.float32), random)
                run.lines.append(await _line(pool, model, sound, (name, kind, text, expected)))
        return run
    finally:
        await pool.stop()
        os.sched_setaffinity(0, before)


async def _line(
    pool: RecogniserPool, model: VoiceModel, sound: Samples, about: tuple[str, str, str, str]
) -> Line:
    policy = shipped_phrases()
    texts, found, delays, sure = [], list[str](), [], [1.0]
    for utterance, waited_s in utterances(sound, model):
        began_s = time.monotonic()
        words = await pool.words(utterance, WORDS_TIMEOUT_S)
        if words is None:
            continue
        texts.append(words.text)
        sure.append(words.confidence)
        found += [f.phrase for f in phrases_in(words.text, policy) if f.kind == "forbidden"]
        delays.append(waited_s + time.monotonic() - began_s)
    voice, kind, said, expected = about
    heard = "".join(texts)
    return Line(voice, kind, said, expected, heard, min(sure), tuple(found), tuple(delays))


# --- the figures ------------------------------------------------------------------------


def phrases_heard(run: Run) -> Figure:
    """Share of key phrases that were found; target 0.92."""
    by_voice = {voice: _share(run.of("phrase", [voice])) for voice in dict.fromkeys(_voices(run))}
    found = [line for line in run.of("phrase") if line.expected in line.phrases]
    said = run.of("phrase")
    details = {
        "said": len(said),
        "found": len(found),
        "interval_95": wilson(len(found), len(said)),
        "tuned_on": _share(run.of("phrase", TUNED_ON)),
        "held_out": _share(run.of("phrase", HELD_OUT)),
        "by_voice": by_voice,
        "missed": [
            f"{line.voice}: {line.said} -> {line.heard}" for line in said if line not in found
        ],
    }
    return len(found) / max(1, len(said)), details


def phrases_false(run: Run) -> Figure:
    """Forbidden phrases found where none was said; target 0."""
    false = [(line, phrase) for line in run.of("compliant") for phrase in line.phrases]
    false += [
        (line, phrase)
        for line in run.of("phrase") + run.of("answer")
        for phrase in line.phrases
        if phrase != line.expected
    ]
    told = [f"{line.voice}: {line.said} -> {line.heard} ({phrase})" for line, phrase in false]
    return len(false), {"compliant": len(run.of("compliant")), "false": told}


def phrase_alert_p95_s(run: Run) -> Figure:
    """End of an utterance to its words and phrases, on one core; target 2 s."""
    delays = sorted(delay for line in run.lines for delay in line.delays_s)
    p50, p95 = (float(np.percentile(delays, share)) for share in (50, 95))
    return p95, {"p50_s": round(p50, 2), "most_s": round(delays[-1], 2), "utterances": len(delays)}


def answers_right(run: Run) -> Figure:
    """Share of answers with their true sense; a yes taken for a no, or the reverse, apart."""
    said = run.of("answer")
    classes = [(line, classify_answer(line.heard, ACCEPTED, REFUSED)) for line in said]
    right = [line for line, sense in classes if sense == line.expected]
    opposite = [
        f"{line.voice}: {line.said} -> {line.heard}"
        for line, sense in classes
        if {sense, line.expected} == {"yes", "no"}
    ]
    other = [
        f"{line.voice}: {line.said} -> {line.heard} ({sense}, {line.confidence})"
        for line, sense in classes
        if sense != line.expected
    ]
    return len(right) / max(1, len(said)), {"opposite": opposite, "not_right": other}


def wilson(hits: int, of: int) -> tuple[float, float]:
    """95 % interval of a share."""
    if not of:
        return 0.0, 1.0
    z, share = 1.96, hits / of
    middle = share + z * z / (2 * of)
    spread = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    low, high = ((middle + sign * spread) / (1 + z * z / of) for sign in (-1, 1))
    return round(low, 3), round(high, 3)


def _share(said: Sequence[Line]) -> float:
    found = sum(line.expected in line.phrases for line in said)
    return round(found / max(1, len(said)), 3)


def _voices(run: Run) -> Iterator[str]:
    return (line.voice for line in run.lines)


def main() -> None:
    """Measure and print."""
    run = asyncio.run(measure())
    for figure in (phrases_heard, phrases_false, phrase_alert_p95_s, answers_right):
        value, details = figure(run)
        print(figure.__name__, round(value, 3), details)


if __name__ == "__main__":
    main()
