"""Speaks one piece of Chinese text with Kokoro: phonemes, model, samples.

Stage: second of rendering, only ever inside the rendering process. It never
guesses: a character that the voice cannot say is an error, not a silence.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import jieba
import numpy as np
import numpy.typing as npt
import onnxruntime
from misaki import zh

from media_worker.play.render_text import readable
from shuanglu.errors import InvalidInputError

SAMPLE_RATE_HZ = 24_000
MAX_PHONEMES = 509
STYLE_DIMENSIONS = 256
SEED = 20_261_123
"""The vocoder draws noise; with a fixed seed the same text gives the same samples."""
EDGE_LEVEL = 0.004
"""Samples below -48 dBFS at the edges are the model's own lead-in and tail, and are cut."""
EDGE_KEPT_S = 0.03

Samples = npt.NDArray[np.float32]


class Voice:
    """One voice of one model; loading takes about 1.5 s."""

    def __init__(self, *, model: Path, vocabulary: Path, style: Path, speed: float) -> None:
        onnxruntime.set_seed(SEED)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )
        self._tokens: dict[str, int] = json.loads(vocabulary.read_bytes())["vocab"]
        self._styles = np.fromfile(style, np.float32).reshape(-1, STYLE_DIMENSIONS)
        self._speed = speed
        jieba.setLogLevel("WARNING")
        self._to_phonemes = zh.ZHG2P()

    def speak(self, text: str) -> Samples:
        """Samples at 24 kHz without silence at the edges; raises ``InvalidInputError``."""
        tokens = self.tokens(text)
        feed = {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            "style": self._styles[min(len(tokens), len(self._styles) - 1)][None],
            "speed": np.array([self._speed], np.float32),
        }
        samples = np.asarray(self._session.run(None, feed)[0], np.float32).ravel()
        return trim(samples)

    def tokens(self, text: str) -> list[int]:
        """The model's tokens; raises ``InvalidInputError`` naming what it cannot say."""
        foreign = sorted(set(re.findall(r"[A-Za-z]+", text)))
        if foreign:
            raise InvalidInputError(f"cannot be spoken in Chinese: {', '.join(foreign)}")
        phonemes = self._phonemes(text)
        unknown = sorted({sign for sign in phonemes if sign not in self._tokens})
        if unknown:
            raise InvalidInputError(f"cannot be spoken: {' '.join(unknown)} in {text!r}")
        if not any(sign.isalpha() for sign in phonemes):
            raise InvalidInputError(f"nothing to speak in {text!r}")
        if len(phonemes) > MAX_PHONEMES:
            raise InvalidInputError(f"too long to be spoken in one breath: {text!r}")
        return [self._tokens[sign] for sign in phonemes]

    def _phonemes(self, text: str) -> str:
        try:
            return str(self._to_phonemes(readable(text))[0]).strip()
        except (ValueError, KeyError, IndexError, AssertionError) as error:
            raise InvalidInputError(f"cannot be read aloud: {text!r}") from error


def trim(samples: Samples) -> Samples:
    """Without the quiet edges."""
    loud = np.flatnonzero(np.abs(samples) > EDGE_LEVEL)
    if not len(loud):
        return samples[:0]
    kept = int(EDGE_KEPT_S * SAMPLE_RATE_HZ)
    return samples[max(0, loud[0] - kept) : loud[-1] + kept]
