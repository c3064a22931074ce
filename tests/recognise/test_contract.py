"""What every speech recogniser must do, whichever model is mounted.

Whisper ships and is always held to it. A mounted model is held to it where
``SHUANGLU_RECOGNISER_SPEECH_KIND`` and ``…_SPEECH_FOLDER`` name one: none can be had here.
"""

from __future__ import annotations

import os

import numpy as np
import pytest

from media_worker.models.registry import ModelRegistry
from media_worker.recognise.loading import load
from media_worker.recognise.settings import RecogniserSettings
from media_worker.recognise.speech import RATE_HZ, Samples, SpeechRecogniser
from shuanglu.rules.liveness import shipped_liveness
from shuanglu.rules.liveness.digits import digits_in
from shuanglu.rules.words import phrases_in, shipped_phrases
from tests.recognise.speaking import noise

SOUNDS = shipped_liveness().digits.sounds
MOUNTED = "SHUANGLU_RECOGNISER_SPEECH_FOLDER" in os.environ


@pytest.fixture(
    scope="module",
    params=[
        "whisper",
        pytest.param(
            "mounted", marks=pytest.mark.skipif(not MOUNTED, reason="no model is mounted by path")
        ),
    ],
)
def recogniser(request: pytest.FixtureRequest, registry: ModelRegistry) -> SpeechRecogniser:
    if request.param == "whisper":
        return load("whisper", registry.get("speech_recognition").path.parent)
    settings = RecogniserSettings()
    assert settings.speech_folder is not None
    return load(settings.speech_kind, settings.speech_folder)


def test_a_sentence_comes_back_as_words(recogniser: SpeechRecogniser, sentence: Samples) -> None:
    heard = recogniser.recognise(sentence)
    found = {each.phrase for each in phrases_in(heard.text, shipped_phrases())}
    assert "never_loses" in found
    assert 0.3 < heard.confidence <= 1


def test_digits_that_are_due_are_understood(
    recogniser: SpeechRecogniser, digits_read: dict[str, Samples]
) -> None:
    understood = {
        row: digits_in(recogniser.recognise(samples, digits=True).text, SOUNDS)
        for row, samples in digits_read.items()
    }
    right = sum(row == digits for row, digits in understood.items())
    assert right >= len(understood) - 1, understood


def test_no_digits_are_invented_where_some_are_due(
    recogniser: SpeechRecogniser, sentence: Samples
) -> None:
    assert recogniser.recognise(noise(2.0, -30), digits=True).text == ""
    assert len(digits_in(recogniser.recognise(sentence, digits=True).text, SOUNDS)) <= 1


@pytest.mark.parametrize("dbfs", [-200.0, -70.0, -50.0, -35.0, -20.0])
def test_no_text_is_invented_where_nobody_speaks(recogniser: SpeechRecogniser, dbfs: float) -> None:
    for duration_s in (0.5, 2.0, 15.0):
        assert recogniser.recognise(noise(duration_s, dbfs)).text == ""


def test_a_tone_is_no_word(recogniser: SpeechRecogniser) -> None:
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(RATE_HZ * 2) / RATE_HZ)
    assert recogniser.recognise(tone.astype(np.float32)).text == ""


@pytest.mark.parametrize("count", [0, 1, 100])
def test_next_to_nothing_is_nothing(recogniser: SpeechRecogniser, count: int) -> None:
    assert recogniser.recognise(np.full(count, 0.5, np.float32)).text == ""


def test_a_long_utterance_is_recognised(recogniser: SpeechRecogniser, sentence: Samples) -> None:
    long = np.concatenate([sentence] * 8)[: RATE_HZ * 15]
    assert "赚" in recogniser.recognise(long).text


def test_the_same_sound_gives_the_same_words(
    recogniser: SpeechRecogniser, sentence: Samples
) -> None:
    assert recogniser.recognise(sentence) == recogniser.recognise(sentence)
