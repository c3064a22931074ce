"""The adapter of mounted models, as far as it can be tested without one.

No package that can be had holds such a model, so the words of one are not tested here; its
errors are, and what a wrong file does to the process.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from media_worker.models.registry import ModelRegistry
from media_worker.recognise.pool import RecogniserPool, RecogniserSettings
from media_worker.recognise.settings import SpeechKind
from media_worker.recognise.sherpa import CONFIDENCE_UNKNOWN, SherpaModelError, heard, load_sherpa
from tests.observe.waiting import until
from tests.recognise.speaking import noise, utterance

KINDS: tuple[SpeechKind, ...] = ("sensevoice", "paraformer", "zipformer")


def files_of(kind: SpeechKind) -> tuple[str, ...]:
    if kind == "zipformer":
        return ("encoder.onnx", "decoder.onnx", "joiner.onnx", "tokens.txt")
    return ("model.onnx", "tokens.txt")


def wrong_model(kind: SpeechKind, folder: Path) -> Path:
    for name in files_of(kind):
        (folder / name).write_bytes(b"no model at all")
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_that_is_missing_is_named(kind: SpeechKind, tmp_path: Path) -> None:
    for name in files_of(kind):
        with pytest.raises(SherpaModelError, match=r"missing"):
            load_sherpa(kind, tmp_path)
        (tmp_path / name).write_bytes(b"")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_wrong_model_costs_no_more_than_its_own_process(
    kind: SpeechKind, tmp_path: Path, registry: ModelRegistry
) -> None:
    settings = RecogniserSettings(
        speech_kind=kind, speech_folder=wrong_model(kind, tmp_path), card_text=False
    )
    pool = RecogniserPool(settings, registry)
    await pool.start()
    await until(lambda: bool(pool.status().problems), "the wrong model is told", timeout_s=60)
    assert await pool.words(utterance(noise(1.0, -20)), timeout_s=0.2) is None
    assert pool.status().not_evaluated == ("words", "card_text")
    assert pool.status().speech_model == kind
    await pool.stop()


async def test_a_folder_that_is_not_there_is_told(tmp_path: Path, registry: ModelRegistry) -> None:
    settings = RecogniserSettings(
        speech_kind="sensevoice", speech_folder=tmp_path / "none", card_text=False
    )
    pool = RecogniserPool(settings, registry)
    await pool.start()
    assert "words" in pool.status().not_evaluated
    assert any("words" in problem for problem in pool.status().problems)
    await pool.stop()


def test_another_kind_needs_a_folder() -> None:
    with pytest.raises(ValidationError, match="speech_folder"):
        RecogniserSettings(speech_kind="paraformer")


def test_a_model_without_probabilities_is_not_sure() -> None:
    assert heard("清楚", ()).confidence == CONFIDENCE_UNKNOWN
    assert heard("清楚", (-0.1, -0.3)).confidence == pytest.approx(0.819, abs=0.001)
    assert heard(" ", (-0.1,)).text == ""
