"""Whisper by faster-whisper: the recogniser that ships. Advisory; see docs/observing.md.

Stage: inside the recogniser process. It is never told what answer is expected, and its
prompt holds nothing but the wish for Simplified characters: Whisper echoes its prompt.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from faster_whisper import WhisperModel

from media_worker.recognise.messages import MAX_TEXT, HeardWords
from media_worker.recognise.speech import NOTHING, Samples, is_quiet

PROMPT = "以下是普通话的句子。"
"""Without it Traditional characters come, and three times the errors."""
BEAM_SIZE = 5
NO_SPEECH_ABOVE = 0.6
UNSURE_BELOW = -1.0
"""OpenAI's own rule: a segment that is both likely no speech and unsure is no speech."""
REPEATS_ABOVE = 2.4
"""Text that compresses better than this repeats itself: invented."""


class Whisper:
    """A Whisper model in CTranslate2's format, on one thread."""

    def __init__(self, folder: Path) -> None:
        # A path that is there is never looked up anywhere; and the process has no network.
        self._model = WhisperModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True
        )

    def recognise(self, samples: Samples) -> HeardWords:
        """The words of one utterance."""
        if is_quiet(samples):
            return NOTHING
        segments, _ = self._model.transcribe(
            samples,
            language="zh",
            initial_prompt=PROMPT,
            beam_size=BEAM_SIZE,
            temperature=0.0,
            without_timestamps=True,
            condition_on_previous_text=False,
            vad_filter=True,
        )
        return _heard([segment for segment in segments if _is_speech(segment)])


def _is_speech(segment: Any) -> bool:  # noqa: ANN401 - faster-whisper has no types
    silent = segment.no_speech_prob > NO_SPEECH_ABOVE and segment.avg_logprob < UNSURE_BELOW
    echo = segment.text.strip().strip("。") in PROMPT
    return not (silent or echo or segment.compression_ratio > REPEATS_ABOVE)


def _heard(segments: Sequence[Any]) -> HeardWords:
    text = "".join(segment.text for segment in segments).strip()[:MAX_TEXT]
    if not text:
        return NOTHING
    tokens = sum(len(segment.tokens) for segment in segments)
    total = sum(segment.avg_logprob * len(segment.tokens) for segment in segments)
    return HeardWords(text=text, confidence=round(min(1.0, math.exp(total / max(1, tokens))), 3))
