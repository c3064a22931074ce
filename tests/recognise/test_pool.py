from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest

from media_worker.models.registry import ModelRegistry, ModelSettings
from media_worker.recognise.pool import RecogniserPool, RecogniserSettings
from media_worker.recognise.speech import Samples
from tests.observe.waiting import until
from tests.recognise.speaking import jpeg, noise, utterance

LINES = ("NAME LI SI", "No. 11010519491231002X", "2018.05.06-2038.05.06")


@pytest.fixture
async def pool(registry: ModelRegistry) -> AsyncIterator[RecogniserPool]:
    pool = RecogniserPool(RecogniserSettings(max_waiting=2), registry)
    await pool.start()
    yield pool
    await pool.stop()


async def test_words_come_back_with_the_models_hash(
    pool: RecogniserPool, sentence: Samples, registry: ModelRegistry
) -> None:
    words = await pool.words(utterance(sentence), timeout_s=60)
    assert words is not None
    assert "赚" in words.text
    assert words.model == "whisper-base"
    assert words.model_sha256 == registry.get("speech_recognition").sha256
    await until(lambda: pool.status().not_evaluated == (), "both are ready")


async def test_silence_is_evaluated_and_has_no_words(pool: RecogniserPool) -> None:
    words = await pool.words(utterance(noise(2.0, -80)), timeout_s=60)
    assert words is not None
    assert words.text == ""


@pytest.mark.parametrize("turned", [False, True])
async def test_a_card_comes_back_as_lines(pool: RecogniserPool, *, turned: bool) -> None:
    text = await pool.card_text(jpeg(LINES, turned=turned), timeout_s=60)
    assert text is not None
    if turned:
        return  # a card on its side is read as far as it can be; nothing more is promised
    found = [line.text.replace(" ", "") for line in text.lines]
    assert found == [line.replace(" ", "") for line in LINES]
    assert all(line.confidence > 0.8 for line in text.lines)
    (left, top), (right, _), (_, bottom), _ = text.lines[0].box
    assert 0 <= left < right <= 856
    assert 0 <= top < bottom <= 540


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"\xff\xd8",
        b"\xff\xd8\xff\xd9",
        b"GIF89a" + bytes(100),
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff" + bytes(100),  # 65535 x 65535
        b"\xff\xd8\xff\xe0\x00\x00" * 50,
    ],
)
async def test_a_hostile_picture_is_not_read_and_harms_nothing(
    pool: RecogniserPool, hostile: bytes
) -> None:
    assert await pool.card_text(hostile, timeout_s=60) is None
    good = await pool.card_text(jpeg(LINES), timeout_s=60)
    assert good is not None
    assert len(good.lines) == len(LINES)
    assert pool.status().restarts == 0


async def test_what_is_too_large_is_not_even_sent(pool: RecogniserPool) -> None:
    assert await pool.card_text(bytes(8 * 1024 * 1024 + 1), timeout_s=60) is None


async def test_late_is_not_evaluated_and_the_next_is(
    pool: RecogniserPool, sentence: Samples
) -> None:
    await until(lambda: pool.status().speech_ready, "speech is ready")
    assert await pool.words(utterance(sentence), timeout_s=0.01) is None
    words = await pool.words(utterance(sentence), timeout_s=60)
    assert words is not None
    assert "赚" in words.text


async def test_more_than_may_wait_are_not_evaluated(
    pool: RecogniserPool, sentence: Samples
) -> None:
    asked = [pool.words(utterance(sentence), timeout_s=60) for _ in range(6)]
    answers = await asyncio.gather(*asked)
    assert 2 <= sum(answer is not None for answer in answers) <= 3
    assert answers[0] is not None


async def test_a_process_that_dies_over_it_is_none_and_comes_back(
    pool: RecogniserPool, sentence: Samples
) -> None:
    await until(lambda: pool.status().speech_ready, "speech is ready")
    asked = asyncio.create_task(pool.words(utterance(sentence), timeout_s=60))
    await asyncio.sleep(0)
    os.kill(pool.processes["speech"], signal.SIGKILL)
    assert await asked is None
    words = await pool.words(utterance(sentence), timeout_s=60)
    assert words is not None
    assert pool.status().restarts == 1


async def test_a_process_that_hangs_is_ended(registry: ModelRegistry, sentence: Samples) -> None:
    pool = RecogniserPool(RecogniserSettings(answer_deadline_s=1.5, card_text=False), registry)
    await pool.start()
    await until(lambda: pool.status().speech_ready, "speech is ready")
    os.kill(pool.processes["speech"], signal.SIGSTOP)
    assert await pool.words(utterance(sentence), timeout_s=30) is None
    await until(lambda: pool.status().restarts == 1, "it is started again")
    await pool.stop()


async def test_missing_models_are_told_and_not_evaluated(tmp_path: Path, sentence: Samples) -> None:
    pool = RecogniserPool(RecogniserSettings(), ModelRegistry(ModelSettings(directory=tmp_path)))
    await pool.start()
    assert await pool.words(utterance(sentence), timeout_s=5) is None
    assert await pool.card_text(jpeg(LINES), timeout_s=5) is None
    status = pool.status()
    assert status.not_evaluated == ("words", "card_text")
    assert len(status.problems) == 2
    await pool.stop()


async def test_the_status_says_truthfully_whether_it_is_isolated(pool: RecogniserPool) -> None:
    await until(lambda: pool.status().not_evaluated == (), "both are ready")
    assert pool.status().isolated == await asyncio.to_thread(_are_apart, pool.processes.values())


def _are_apart(pids: Iterable[int]) -> bool:
    here = Path("/proc/self/ns/net").readlink()
    return all(Path(f"/proc/{pid}/ns/net").readlink() != here for pid in pids)


async def test_stopping_ends_what_waits(registry: ModelRegistry, sentence: Samples) -> None:
    pool = RecogniserPool(RecogniserSettings(card_text=False), registry)
    await pool.start()
    asked = [asyncio.create_task(pool.words(utterance(sentence), timeout_s=60)) for _ in range(3)]
    await asyncio.sleep(0)
    await pool.stop()
    assert await asyncio.gather(*asked) == [None] * 3
    await pool.stop()


async def test_a_launcher_is_put_before_the_command(registry: ModelRegistry) -> None:
    settings = RecogniserSettings(launcher=("env", "LAUNCHED=recogniser"), card_text=False)
    pool = RecogniserPool(settings, registry)
    await pool.start()
    try:
        await until(lambda: bool(pool.processes), "it is ready")
        (pid,) = pool.processes.values()
        environment = await asyncio.to_thread(Path(f"/proc/{pid}/environ").read_bytes)
        assert b"LAUNCHED=recogniser" in environment.split(b"\0")
    finally:
        await pool.stop()
