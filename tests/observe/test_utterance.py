from __future__ import annotations

from dataclasses import replace

import numpy as np

from media_worker.models.registry import ModelRegistry
from media_worker.observe.pool import ObserverPool, ObserverSettings
from media_worker.observe.sound import SoundObserver
from media_worker.observe.utterance import UtteranceCutter
from media_worker.observe.voice import WINDOW, WINDOW_MS, VoiceModel
from media_worker.utterance import MAX_UTTERANCE_MS, Utterance
from shuanglu.rules.measurement import Measurement
from shuanglu.timeline.events import Metric
from tests.observe.encoding import Samples, opus_frames, room_noise
from tests.observe.test_sound import hear
from tests.observe.waiting import until

BYTES_A_MS = 32
SPEECH = np.full(WINDOW, 0.25, np.float32)
QUIET = np.zeros(WINDOW, np.float32)


def cut(pattern: str, *, is_awaited: bool = False) -> list[Utterance]:
    """One utterance cutter's output for windows of voice (v) and of none (.)."""
    cutter = UtteranceCutter()
    cutter.is_awaited = is_awaited
    out = []
    for number, sign in enumerate(pattern):
        window = SPEECH if sign == "v" else QUIET
        if found := cutter.hear(window, number * WINDOW_MS, voiced=sign == "v"):
            out.append(found)
    return out + ([last] if (last := cutter.end()) else [])


def test_an_utterance_has_its_edges() -> None:
    (found,) = cut("." * 20 + "v" * 30 + "." * 30)
    assert (found.from_ms, found.to_ms) == (640, 1600)
    assert len(found.pcm) == (6 + 30 + 6) * WINDOW * 2


def test_a_click_is_no_utterance() -> None:
    assert cut("." * 20 + "vv" + "." * 30) == []


def test_a_breath_does_not_end_a_sentence_but_a_pause_does() -> None:
    assert len(cut("v" * 30 + "." * 10 + "v" * 30 + "." * 20)) == 1
    assert len(cut("v" * 30 + "." * 20 + "v" * 30 + "." * 20)) == 2


def test_what_is_awaited_is_given_before_it_has_surely_ended() -> None:
    early, ended = cut("." * 20 + "v" * 30 + "." * 30, is_awaited=True)
    assert (early.ended, ended.ended) == (False, True)
    assert early == replace(ended, ended=False), "recognised once, the words are those of both"


def test_a_voice_that_goes_on_is_given_again() -> None:
    found = cut("v" * 30 + "." * 10 + "v" * 30 + "." * 20, is_awaited=True)
    assert [each.ended for each in found] == [False, False, True]
    assert found[0].to_ms < found[1].to_ms == found[2].to_ms


def test_a_click_is_awaited_by_nobody() -> None:
    assert cut("." * 20 + "vv" + "." * 30, is_awaited=True) == []


def test_a_long_voice_is_split_and_nothing_is_lost() -> None:
    found = cut("v" * 1200)
    assert all(len(each.pcm) <= (MAX_UTTERANCE_MS + 400) * BYTES_A_MS for each in found)
    assert sum(len(each.pcm) for each in found) == 1200 * WINDOW * 2
    assert [each.to_ms for each in found[:-1]] == [each.from_ms for each in found[1:]]


def test_a_long_voice_is_rather_split_at_a_breath() -> None:
    found = cut("v" * 360 + "." * 6 + "v" * 60 + "." * 20)
    assert [round((each.to_ms - each.from_ms) / WINDOW_MS) for each in found] == [360, 60]


def test_real_speech_comes_back_whole(voice_model: VoiceModel, customer_speech: Samples) -> None:
    samples = np.concatenate([room_noise(1.0), customer_speech, room_noise(1.0)])
    heard = hear(SoundObserver(voice_model), opus_frames(samples, start_ms=5000.0))
    assert len(heard.utterances) == 2
    for utterance in heard.utterances:
        assert any(abs(utterance.from_ms - voice.from_ms) <= 40 for voice in heard.voices)
        edges_ms = len(utterance.pcm) / BYTES_A_MS - (utterance.to_ms - utterance.from_ms)
        assert 300 <= edges_ms <= 450
        level = np.abs(np.frombuffer(utterance.pcm, "<i2")).max()
        assert level > 3000


async def test_utterances_come_through_the_pool(
    registry: ModelRegistry, customer_speech: Samples
) -> None:
    pool = ObserverPool(ObserverSettings(), registry)
    said, measured = list[Utterance](), list[Measurement]()
    await pool.start()
    session = await pool.open_session(
        "ses_TEST",
        on_measurement=measured.append,
        on_voice=lambda _: None,
        on_utterance=said.append,
        on_lost=lambda: None,
    )
    for frame in opus_frames(np.concatenate([customer_speech, room_noise(1.0)])):
        session.push(frame)
    await until(lambda: len(said) == 2, "both lines come back")
    assert all(each.pcm for each in said)
    sound = [each for each in measured if each.source == "sound"]
    assert any(each.metrics[Metric.VOICE] > 0.3 for each in sound)
    assert registry.get("voice_activity").sha256 in sound[0].model_sha256s
    await session.close()
    await pool.stop()
