"""What every speech recogniser is: samples in, words with a confidence out.

Stage: inside the recogniser process. The whole of the contract that
``tests/recognise/test_contract.py`` holds each of them to.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from media_worker.recognise.messages import HeardWords
from media_worker.recognise.settings import SpeechKind

RATE_HZ = 16_000
Samples = npt.NDArray[np.float32]
NOTHING = HeardWords(text="", confidence=0.0)

QUIET_DBFS = -60.0
"""Below this nobody speaks into a phone; a recogniser that listens all the same invents."""


class SpeechRecogniser(Protocol):
    """One loaded model."""

    def recognise(self, samples: Samples, *, digits: bool = False) -> HeardWords:
        """The words of one utterance, 16 kHz mono; no text where nobody speaks.

        ``digits``: some are due. A model may make use of it; which they are it never learns.
        """
        ...


def main_file(kind: SpeechKind, folder: Path) -> Path:
    """The file whose hash names the model; the first that is there, else the usual one."""
    names = {
        "whisper": ("model.bin",),
        "sensevoice": ("model.int8.onnx", "model.onnx"),
        "paraformer": ("model.int8.onnx", "model.onnx"),
        "zipformer": ("encoder.int8.onnx", "encoder.onnx"),
    }[kind]
    present = (folder / name for name in names if (folder / name).is_file())
    return next(present, folder / names[-1])


def samples_of(pcm: bytes) -> Samples:
    """16-bit little-endian PCM as samples; an odd last byte is no sample."""
    whole = np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2")
    return (whole / 32768).astype(np.float32)


def is_quiet(samples: Samples) -> bool:
    """Whether no tenth of a second is loud enough to be speech."""
    block = RATE_HZ // 10
    whole = samples[: len(samples) // block * block].reshape(-1, block)
    if not len(whole):
        return True
    loudest = float(np.sqrt(np.square(whole).mean(axis=1)).max())
    return bool(20 * np.log10(loudest + 1e-9) < QUIET_DBFS)
