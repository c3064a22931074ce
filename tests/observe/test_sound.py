from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from media_worker.frames import EncodedFrame
from media_worker.observe.messages import Sample, Voice
from media_worker.observe.sound import Heard, SoundMeter, SoundObserver
from media_worker.observe.voice import VoiceModel
from shuanglu.timeline.events import Metric
from tests.observe.encoding import Samples, opus_frames, room_noise, silence

BATCH = 20


def hear(observer: SoundObserver, frames: list[EncodedFrame]) -> Heard:
    whole = Heard()
    for start in range(0, len(frames), BATCH):
        observer.observe((f.pts_ms, f.data) for f in frames[start : start + BATCH])
        new = observer.take()
        whole.samples += new.samples
        whole.voices += new.voices
        whole.processed += new.processed
        whole.utterances += new.utterances
    return whole


def values(samples: list[Sample], metric: Metric) -> list[float]:
    return [sample.metrics[metric] for sample in samples if metric in sample.metrics]


def spans(voices: list[Voice]) -> list[tuple[int, int]]:
    newest = {voice.from_ms: voice.to_ms for voice in voices}
    return sorted(newest.items())


def loud_spans(samples: Samples) -> list[tuple[int, int]]:
    """Where the made speech is loud, by its level alone: the truth to compare with."""
    level = np.abs(samples[: len(samples) // 480 * 480]).reshape(-1, 480).max(1) > 0.02
    edges = np.flatnonzero(np.diff(np.concatenate([[0], level.astype(int), [0]])))
    found: list[tuple[int, int]] = []
    for start, end in zip(edges[::2] * 10, edges[1::2] * 10, strict=True):
        if found and start - found[-1][1] < 400:
            found[-1] = (found[-1][0], int(end))
        else:
            found.append((int(start), int(end)))
    return found


def test_voice_spans_are_within_200_ms(voice_model: VoiceModel, customer_speech: Samples) -> None:
    lead = room_noise(1.0)
    samples = np.concatenate([lead, customer_speech, room_noise(1.0)])
    truth = loud_spans(samples)
    assert len(truth) == 2
    found = _joined(spans(hear(SoundObserver(voice_model), opus_frames(samples)).voices))
    assert len(found) == len(truth)
    for (true_from, true_to), (from_ms, to_ms) in zip(truth, found, strict=True):
        assert abs(from_ms - true_from) <= 200
        assert abs(to_ms - true_to) <= 200


@pytest.mark.parametrize("level_db", [0, -20, -30])
def test_a_soft_voice_is_heard_after_a_long_silence(
    voice_model: VoiceModel, customer_speech: Samples, level_db: float
) -> None:
    """Silence is not shown to the detector; what begins after it must be."""
    speech = customer_speech * np.float32(10 ** (level_db / 20))
    samples = np.concatenate([silence(5.0), speech, silence(1.0)])
    truth = loud_spans(np.concatenate([silence(5.0), customer_speech, silence(1.0)]))
    heard = hear(SoundObserver(voice_model), opus_frames(samples))
    found = _joined(spans(heard.voices))
    assert all(abs(ours[0] - true[0]) <= 200 for ours, true in zip(found, truth, strict=True))
    assert values(heard.samples, Metric.VOICE)[:4] == [0, 0, 0, 0]
    assert heard.processed[0][0] <= 40
    assert len(heard.utterances) == len(truth)


def _joined(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for start, end in found:
        if out and start - out[-1][1] < 400:
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return out


@pytest.mark.parametrize("make", [silence, room_noise])
def test_no_voice_where_there_is_none(
    voice_model: VoiceModel, make: Callable[[float], Samples]
) -> None:
    heard = hear(SoundObserver(voice_model), opus_frames(make(4.0)))
    assert heard.voices == []
    assert heard.utterances == []
    assert set(values(heard.samples, Metric.VOICE)) == {0.0}
    assert heard.processed[-1][1] >= 3900


def test_media_time_is_kept(voice_model: VoiceModel, customer_speech: Samples) -> None:
    at_zero = hear(SoundObserver(voice_model), opus_frames(customer_speech)).voices
    later = hear(SoundObserver(voice_model), opus_frames(customer_speech, start_ms=61_000.0)).voices
    moved = [(start - 61_000, end - 61_000) for start, end in spans(later)]
    assert moved == spans(at_zero)


def test_a_muted_microphone_has_no_level(voice_model: VoiceModel) -> None:
    samples = hear(SoundObserver(voice_model), opus_frames(silence(4.0))).samples
    assert len(samples) == 3
    assert max(values(samples, Metric.LEVEL)) < -75.0


@pytest.mark.parametrize("dbfs", [-55.0, -45.0, -35.0])
def test_noise_is_measured_where_nobody_speaks(voice_model: VoiceModel, dbfs: float) -> None:
    samples = hear(SoundObserver(voice_model), opus_frames(room_noise(4.0, dbfs=dbfs))).samples
    # Opus and 16 kHz take about 8 dB away from white noise at 48 kHz.
    assert all(dbfs - 12 < noise < dbfs - 4 for noise in values(samples, Metric.NOISE))
    assert len(values(samples, Metric.NOISE)) == len(samples)


def test_speech_does_not_count_as_noise(voice_model: VoiceModel, customer_speech: Samples) -> None:
    noise = room_noise(len(customer_speech) / 48_000 + 1, dbfs=-50.0)[: len(customer_speech)]
    samples = hear(SoundObserver(voice_model), opus_frames(customer_speech + noise)).samples
    assert max(values(samples, Metric.LEVEL)) > -25
    assert all(-62 < level < -54 for level in values(samples, Metric.NOISE))
    assert any(each.metrics[Metric.VOICE] > 0.5 for each in samples)


def test_noise_is_not_measured_while_somebody_speaks_without_a_pause() -> None:
    meter = SoundMeter()
    told = [meter.hear(0.01, 0, n * 32.0, voiced=n % 10 != 0) for n in range(1, 33)]
    (sample,) = [each for each in told if each]
    assert Metric.NOISE not in sample.metrics
    assert sample.metrics[Metric.VOICE] == pytest.approx(29 / 32, abs=0.001)


def test_clipping_is_measured(voice_model: VoiceModel, customer_speech: Samples) -> None:
    fair = hear(SoundObserver(voice_model), opus_frames(customer_speech)).samples
    loud = np.clip(customer_speech * 12, -1, 1).astype(np.float32)
    clipped = hear(SoundObserver(voice_model), opus_frames(loud)).samples
    assert max(values(fair, Metric.CLIPPED)) < 0.001
    assert max(values(clipped, Metric.CLIPPED)) > 0.02


def test_lost_packets_do_not_move_a_voice(
    voice_model: VoiceModel, customer_speech: Samples
) -> None:
    whole = opus_frames(customer_speech)
    lossy = [frame for number, frame in enumerate(whole) if number % 10]
    before = _joined(spans(hear(SoundObserver(voice_model), whole).voices))
    after = _joined(spans(hear(SoundObserver(voice_model), lossy).voices))
    assert len(after) == len(before)
    for (a, b), (c, d) in zip(before, after, strict=True):
        assert abs(a - c) <= 200
        assert abs(b - d) <= 200


def test_a_long_hole_is_not_processed(voice_model: VoiceModel) -> None:
    first = opus_frames(room_noise(2.0))
    second = opus_frames(room_noise(2.0), start_ms=6000.0)
    processed = hear(SoundObserver(voice_model), first + second).processed
    assert not any(start < 5900 and end > 2100 for start, end in processed)
    assert processed[-1][1] >= 7900


def test_rubbish_between_packets_changes_little(
    voice_model: VoiceModel, customer_speech: Samples
) -> None:
    frames = opus_frames(customer_speech)
    spoilt = [
        EncodedFrame("audio", "OPUS", f.pts_ms, f.is_key, None, b"\xff" * 300) if n % 25 == 3 else f
        for n, f in enumerate(frames)
    ]
    voices = _joined(spans(hear(SoundObserver(voice_model), spoilt).voices))
    assert len(voices) == len(_joined(spans(hear(SoundObserver(voice_model), frames).voices)))


def test_without_a_model_level_and_clipping_are_still_measured(customer_speech: Samples) -> None:
    heard = hear(SoundObserver(None), opus_frames(customer_speech))
    assert {name for each in heard.samples for name in each.metrics} == {
        Metric.LEVEL,
        Metric.CLIPPED,
    }
    assert (heard.voices, heard.processed, heard.utterances) == ([], [], [])
