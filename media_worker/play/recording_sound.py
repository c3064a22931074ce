"""A recorded voice as samples: decoded within limits, judged by ear, laid over its words.

Stage: only ever inside the recording process. It recognises nothing: whether the words are
the script's is for the person who listens before approving it.
"""

from __future__ import annotations

import io

import av
import numpy as np

from media_worker.play.recording_job import MAX_RECORDING_S, MIN_RECORDING_S
from media_worker.play.render_ogg import RATE_HZ, Samples
from media_worker.play.render_text import pieces
from shuanglu.errors import InvalidInputError
from shuanglu.wire.views import Cue

CONTAINERS = frozenset({"wav", "flac", "ogg", "mp3"})
UNREADABLE = "不是可以读取的录音文件 · not an audio file that can be read"
WINDOW = RATE_HZ // 50
"""20 ms: long enough to have a loudness, shorter than any pause between words."""
SILENT_DBFS = -50.0
"""The loudest tenth of a voice that was recorded at all lies far above."""
CLIPPED_FROM, CLIPPED_SHARE = 0.985, 0.002
"""A voice touches full scale now and then; so often it is distorted."""
SPEECH_BELOW_LOUD_DB = 30.0
"""Speech is at most so much softer than its loudest tenth; what is softer is a pause."""


def decoded(data: bytes) -> Samples:
    """Mono samples at 48 kHz; raises ``InvalidInputError`` saying what is wrong."""
    try:
        with av.open(io.BytesIO(data), "r") as container:
            if container.format.name not in CONTAINERS or not container.streams.audio:
                raise InvalidInputError(
                    "不是 WAV、FLAC、Ogg 或 MP3 文件 · not a WAV, FLAC, Ogg or MP3 file"
                )
            return _samples(container)
    except av.FFmpegError as error:
        raise InvalidInputError(UNREADABLE) from error


def _samples(container: av.container.InputContainer) -> Samples:
    resampler = av.AudioResampler("flt", "mono", RATE_HZ)
    parts: list[Samples] = []
    count = 0
    for frame in container.decode(audio=0):
        for out in resampler.resample(frame):
            parts.append(out.to_ndarray()[0])
            count += out.samples
        if count > MAX_RECORDING_S * RATE_HZ:
            raise InvalidInputError(
                f"录音超过 {MAX_RECORDING_S} 秒 · longer than {MAX_RECORDING_S} seconds"
            )
    parts += [out.to_ndarray()[0] for out in resampler.resample(None)]
    return np.concatenate(parts).astype(np.float32) if parts else np.zeros(0, np.float32)


def require_voice(samples: Samples) -> None:
    """Raises ``InvalidInputError`` for what nobody could listen to."""
    if len(samples) < MIN_RECORDING_S * RATE_HZ:
        raise InvalidInputError(
            f"录音不足 {MIN_RECORDING_S} 秒 · shorter than {MIN_RECORDING_S} seconds"
        )
    if not np.isfinite(samples).all():
        raise InvalidInputError(UNREADABLE)
    if _loud_dbfs(samples) < SILENT_DBFS:
        raise InvalidInputError("录音里听不到声音 · nothing is to be heard in it")
    if float(np.mean(np.abs(samples) >= CLIPPED_FROM)) > CLIPPED_SHARE:
        raise InvalidInputError(
            "录音音量过大、有破音,请调低音量重录 · it is clipped: record it again with less gain"
        )


def _levels_dbfs(samples: Samples) -> Samples:
    windows = samples[: len(samples) // WINDOW * WINDOW].reshape(-1, WINDOW)
    power = np.mean(np.square(windows), axis=1)
    return np.asarray(10 * np.log10(power + 1e-12), np.float32)


def _loud_dbfs(samples: Samples) -> float:
    return float(np.quantile(_levels_dbfs(samples), 0.9))


def laid_over(say: str, samples: Samples, *, lead_in_ms: int) -> tuple[Cue, ...]:
    """A caption a piece, its share of the characters spread over the stretches of speech.

    Where a piece really begins was not measured: pauses are left out, the rest is even.
    """
    levels = _levels_dbfs(samples)
    speech = np.flatnonzero(levels > _loud_dbfs(samples) - SPEECH_BELOW_LOUD_DB)
    texts = [piece.text for piece in pieces(say)]
    lengths = np.cumsum([0, *(max(1, sum(map(str.isalnum, text))) for text in texts)])
    places = np.minimum(len(speech) - 1, lengths * len(speech) // lengths[-1])
    at_ms = lead_in_ms + speech[places] * 1000 * WINDOW // RATE_HZ
    at_ms[-1] += 1000 * WINDOW // RATE_HZ
    return tuple(
        Cue(from_ms=int(at_ms[n]), to_ms=int(at_ms[n + 1]), text=text)
        for n, text in enumerate(texts)
    )
