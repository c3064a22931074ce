"""Lips are judged by the pictures of a voice, and by those just before and just after it."""

from __future__ import annotations

import math

import numpy as np

from demo.camera import Scene
from media_worker.models.registry import ModelRegistry
from media_worker.observe.pool import ObserverPool, ObserverSettings
from media_worker.recognise.pool import RecogniserPool
from media_worker.recognise.settings import RecogniserSettings
from media_worker.watching import SessionWatching, WatchingHooks
from shuanglu.rules.lips import shipped_lips
from shuanglu.timeline import events as ev
from tests.observe.encoding import RATE_HZ, Samples, key_frames, opus_frames, silence
from tests.observe.pool_sink import Pictures
from tests.observe.waiting import until

PICTURES_MS = 250.0
SHORT_S = 0.55
"""As 清楚 takes: two or three pictures fall into it, where stillness needs four."""


def _short_answer(speech: Samples) -> Samples:
    """A voice of that length where the speech is loudest, in silence."""
    length, step = round(SHORT_S * RATE_HZ), RATE_HZ // 10
    begin = max(range(0, len(speech) - length, step), key=lambda n: _loud(speech[n : n + length]))
    return np.concatenate([silence(0.6), speech[begin : begin + length], silence(1.5)])


def _loud(speech: Samples) -> float:
    return float(np.square(speech).sum())


async def test_a_short_answer_beside_lips_that_rest_is_not_his(
    registry: ModelRegistry, pictures: Pictures, customer_speech: Samples
) -> None:
    """A loudspeaker's was taken for his own: too few pictures fell into it to say."""
    told: list[ev.Payload] = []
    settings = ObserverSettings(answer_interval_ms=0, lips_interval_ms=0, max_audio_in_flight=100)
    pool = ObserverPool(settings, registry)
    nobody = RecogniserPool(RecogniserSettings(speech=False, card_text=False), registry)
    hooks = WatchingHooks(
        emit=told.append,
        on_change=lambda: None,
        on_voice=lambda _span: None,
        on_words=lambda _heard: None,
        now_ms=lambda: 0,
    )
    await pool.start()
    watching = SessionWatching("ses_LIPS", pool, nobody, hooks)
    try:
        await watching.open()
        still = pictures(Scene.FACE)[:1] * 8
        watching.look("answer")
        for frame in key_frames(still, interval_ms=PICTURES_MS):
            watching.push(frame)
            seen_ms = math.floor(frame.pts_ms)
            await until(lambda ms=seen_ms: bool(watching.measurements(ms, ms)), "it is measured")  # type: ignore[misc]
        for frame in opus_frames(_short_answer(customer_speech)):
            watching.push(frame)
        await until(lambda: any(isinstance(p, ev.SpeechRecognised) for p in told), "it is told")
    finally:
        await watching.close()
        await pool.stop()
    (heard,) = (p for p in told if isinstance(p, ev.SpeechRecognised))
    inside = _within(heard)
    assert inside < shipped_lips().still.least_samples, "else this test says nothing"
    assert heard.lips == "still"


def _within(heard: ev.SpeechRecognised) -> int:
    """How many of the pictures fall into the voice itself."""
    times = (number * PICTURES_MS for number in range(8))
    return sum(heard.from_ms <= at_ms <= heard.to_ms for at_ms in times)
