"""Whisper by faster-whisper: the recogniser that ships. Advisory; see docs/observing.md.

Stage: inside the recogniser process. It is never told what answer is expected, and its prompt
holds nothing but the wish for Simplified characters, or for digits: Whisper echoes its prompt.
"""

from __future__ import annotations

import math
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.vad import VadOptions, get_speech_timestamps

from media_worker.recognise.messages import MAX_TEXT, HeardWords
from media_worker.recognise.speech import NOTHING, RATE_HZ, Samples, is_quiet

PROMPT = "以下是普通话的句子。"
"""Without it Traditional characters come, and three times the errors."""
DIGITS_PROMPT = "以下是普通话的数字:零一二三四五六七八九。"
"""Of 120 rows of four digits in one synthetic voice, read two by two, 101 were understood with it,
74 with the other."""
BEAM_SIZE = 5
FRAMES_A_SECOND = 100
LEAST_S, AFTER_S, MOST_S = 12, 1, 30
"""Whisper pads to 30 s. Padded to 12 s, a sentence takes 0.37 s instead of 1.23 s of a core
and comes out as well; padded to 6 s it begins to say things twice."""
NO_SPEECH_ABOVE = 0.6
UNSURE_BELOW = -1.0
"""OpenAI's own rule: what is both likely no speech and unsure is no speech."""
REPEATS_ABOVE = 2.4
MOST_CHARACTERS_A_SECOND = 9
"""Text that compresses better than this and is faster than anybody speaks: invented."""
MAX_TOKENS = 224


class Whisper:
    """A Whisper model in CTranslate2's format, on one thread."""

    def __init__(self, folder: Path) -> None:
        # A path that is there is never looked up anywhere; and the process has no network.
        self._model = WhisperModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True
        )
        self._tokens = Tokenizer(self._model.hf_tokenizer, True, task="transcribe", language="zh")  # noqa: FBT003 - its signature
        self._prompts = {prompt: self._encoded(prompt) for prompt in (PROMPT, DIGITS_PROMPT)}

    def _encoded(self, prompt: str) -> list[int]:
        tokens = self._tokens.encode(f" {prompt}")
        return list(self._model.get_prompt(self._tokens, tokens, without_timestamps=True))

    def recognise(self, samples: Samples, *, digits: bool = False) -> HeardWords:
        """The words of one utterance; none where the voice detector finds no voice."""
        prompt = DIGITS_PROMPT if digits else PROMPT
        if is_quiet(samples) or not get_speech_timestamps(samples, VadOptions()):
            return NOTHING
        result = self._model.model.generate(
            self._model.encode(self._features(samples)),
            [self._prompts[prompt]],
            beam_size=BEAM_SIZE,
            max_length=MAX_TOKENS,
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        return heard(
            self._tokens.decode(result.sequences_ids[0]),
            _mean_log_probability(result),
            result.no_speech_prob,
            len(samples) / RATE_HZ,
            prompt,
        )

    def _features(self, samples: Samples) -> npt.NDArray[np.float32]:
        """The spectrogram, padded no further than the model needs."""
        mel = np.asarray(self._model.feature_extractor(samples), np.float32)
        length = min(MOST_S * FRAMES_A_SECOND, mel.shape[1])
        padded = max(LEAST_S * FRAMES_A_SECOND, length + AFTER_S * FRAMES_A_SECOND)
        padded = min(MOST_S * FRAMES_A_SECOND, padded)
        # With the value of silence, which is not 0 in a normalised spectrogram: padded with 0,
        # 12 s found 24 of 32 key phrases in noise; padded so, 30.
        quiet = float(mel.min(initial=0.0))
        return np.pad(mel[:, :length], ((0, 0), (0, padded - length)), constant_values=quiet)


def _mean_log_probability(result: Any) -> float:  # noqa: ANN401 - CTranslate2 has no types
    """A token's, the end of the text counted as one (as OpenAI's own code does)."""
    length = len(result.sequences_ids[0])
    return float(result.scores[0]) * length / (length + 1)


def heard(
    text: str,
    mean_log_probability: float,
    no_speech: float,
    duration_s: float,
    prompt: str = PROMPT,
) -> HeardWords:
    """Text and confidence, or nothing where the text is most likely invented."""
    text = text.strip()[:MAX_TEXT]
    silent = no_speech > NO_SPEECH_ABOVE and mean_log_probability < UNSURE_BELOW
    echo = _is_echo(text.strip("。"), prompt)
    hurried = len(text) > duration_s * MOST_CHARACTERS_A_SECOND
    if silent or echo or (hurried and repeats(text)):
        return NOTHING
    return HeardWords(text=text, confidence=round(min(1.0, math.exp(mean_log_probability)), 3))


def _is_echo(text: str, prompt: str) -> bool:
    """Whether the prompt comes back. Digits in a row are in its list, and may have been read."""
    if prompt == DIGITS_PROMPT:
        words, _, row = prompt.strip("。").partition(":")
        return text in words or row in text
    return text in prompt


def repeats(text: str) -> bool:
    """Whether the text says the same again and again."""
    data = text.encode()
    return len(data) / max(1, len(zlib.compress(data))) > REPEATS_ABOVE
