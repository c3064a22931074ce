"""sherpa-onnx: SenseVoice, Paraformer and streaming zipformer, mounted by path.

Stage: inside the recogniser process. It never downloads; none of these models ships. A
wrong model can end the process with no Python exception: that is why it is a process.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import sherpa_onnx

from media_worker.recognise.messages import MAX_TEXT, HeardWords
from media_worker.recognise.settings import SpeechKind
from media_worker.recognise.speech import (
    NOTHING,
    RATE_HZ,
    Samples,
    SpeechRecogniser,
    is_quiet,
    main_file,
)
from shuanglu.errors import UnavailableError

CONFIDENCE_UNKNOWN = 0.5
"""A model that gives no probabilities is not sure: a person confirms what it heard."""
TAIL = np.zeros(RATE_HZ // 2, np.float32)
"""A streaming model needs some silence to give its last words."""


class SherpaModelError(UnavailableError):
    """The folder lacks a file that this kind of model needs."""

    code = "model_unusable"
    retryable = False


class WholeUtterance:
    """SenseVoice and Paraformer: the utterance at once."""

    def __init__(self, recogniser: Any) -> None:  # noqa: ANN401 - sherpa-onnx has no types
        self._recogniser = recogniser

    def recognise(self, samples: Samples, *, digits: bool = False) -> HeardWords:
        """The words of one utterance; this model needs no word of what is due."""
        del digits
        if is_quiet(samples):
            return NOTHING
        stream = self._recogniser.create_stream()
        stream.accept_waveform(RATE_HZ, samples)
        self._recogniser.decode_stream(stream)
        return heard(stream.result.text, getattr(stream.result, "ys_log_probs", ()))


class Streaming:
    """A streaming zipformer, fed the whole utterance."""

    def __init__(self, recogniser: Any) -> None:  # noqa: ANN401 - sherpa-onnx has no types
        self._recogniser = recogniser

    def recognise(self, samples: Samples, *, digits: bool = False) -> HeardWords:
        """The words of one utterance; this model needs no word of what is due."""
        del digits
        if is_quiet(samples):
            return NOTHING
        stream = self._recogniser.create_stream()
        stream.accept_waveform(RATE_HZ, samples)
        stream.accept_waveform(RATE_HZ, TAIL)
        stream.input_finished()
        while self._recogniser.is_ready(stream):
            self._recogniser.decode_stream(stream)
        return heard(self._recogniser.get_result(stream), self._recogniser.ys_probs(stream))


def heard(text: str, log_probabilities: Sequence[float]) -> HeardWords:
    """Text and what the model says of its tokens."""
    if not text.strip():
        return NOTHING
    confidence = CONFIDENCE_UNKNOWN
    if len(log_probabilities):
        confidence = min(1.0, math.exp(sum(log_probabilities) / len(log_probabilities)))
    return HeardWords(text=text.strip()[:MAX_TEXT], confidence=round(confidence, 3))


def load_sherpa(kind: SpeechKind, folder: Path) -> SpeechRecogniser:
    """The model in the folder; raises :class:`SherpaModelError` naming the file it lacks."""
    # Checked here: given a path that is not there, sherpa-onnx ends the process.
    model, tokens = _present(main_file(kind, folder)), _present(folder / "tokens.txt")
    common: dict[str, Any] = {"tokens": tokens, "num_threads": 1}
    if kind == "sensevoice":
        offline = sherpa_onnx.OfflineRecognizer
        made = offline.from_sense_voice(model=model, language="zh", use_itn=False, **common)
        return WholeUtterance(made)
    if kind == "paraformer":
        return WholeUtterance(
            sherpa_onnx.OfflineRecognizer.from_paraformer(paraformer=model, **common)
        )
    ending = Path(model).name.removeprefix("encoder")
    parts = {part: _present(folder / f"{part}{ending}") for part in ("decoder", "joiner")}
    return Streaming(sherpa_onnx.OnlineRecognizer.from_transducer(encoder=model, **parts, **common))


def _present(path: Path) -> str:
    if not path.is_file():
        raise SherpaModelError(f"{path}: missing")
    return str(path)
