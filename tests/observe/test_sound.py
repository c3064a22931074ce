from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from media_worker.frames import EncodedFrame
from media_worker.observe.messages import Measured, Voice
from media_worker.observe.sound import SoundObserver
from media_worker.observe.voice import VoiceModel
from shuanglu.timeline.events import Fact
from tests.observe.encoding import Samples, opus_frames, room_noise, silence

BATCH = 20


def hear(
    observer: SoundObserver, frames: list[EncodedFrame]
) -> tuple[list[Measured], list[Voice], list[tuple[int, int]]]:
    facts, voices, processed = [], [], []
    for start in range(0, len(frames), BATCH):
        observer.observe((f.pts_ms, f.data) for f in frames[start : start + BATCH])
        new_facts, new_voices, new_processed = observer.take()
        facts += new_facts
        voices += new_voices
        processed += new_processed
    return facts, voices, processed


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
    _, voices, _ = hear(SoundObserver(voice_model), opus_frames(samples))
    found = _joined(spans(voices))
    assert len(found) == len(truth)
    for (true_from, true_to), (from_ms, to_ms) in zip(truth, found, strict=True):
        assert abs(from_ms - true_from) <= 200
        assert abs(to_ms - true_to) <= 200


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
    _, voices, processed = hear(SoundObserver(voice_model), opus_frames(make(4.0)))
    assert voices == []
    assert processed[-1][1] >= 3900


def test_media_time_is_kept(voice_model: VoiceModel, customer_speech: Samples) -> None:
    at_zero = hear(SoundObserver(voice_model), opus_frames(customer_speech))[1]
    later = hear(SoundObserver(voice_model), opus_frames(customer_speech, start_ms=61_000.0))[1]
    moved = [(start - 61_000, end - 61_000) for start, end in spans(later)]
    assert moved == spans(at_zero)


def test_a_muted_microphone_is_silent_after_five_seconds(voice_model: VoiceModel) -> None:
    facts, _, _ = hear(SoundObserver(voice_model), opus_frames(silence(8.0)))
    assert {fact.value for fact in facts} == {"silent"}
    assert 5000 <= facts[0].at_ms <= 6100


def test_a_quiet_room_is_heard(voice_model: VoiceModel) -> None:
    facts, _, _ = hear(SoundObserver(voice_model), opus_frames(room_noise(8.0)))
    assert {fact.value for fact in facts} == {"heard"}
    assert {fact.fact for fact in facts} == {Fact.SOUND}


def test_sound_after_silence_is_heard_within_a_second(voice_model: VoiceModel) -> None:
    samples = np.concatenate([silence(7.0), room_noise(2.0, dbfs=-40)])
    facts, _, _ = hear(SoundObserver(voice_model), opus_frames(samples))
    values = [fact.value for fact in facts]
    assert values[0] == "silent"
    assert values[-1] == "heard"
    assert facts[values.index("heard")].at_ms <= 8200


def test_lost_packets_do_not_move_a_voice(
    voice_model: VoiceModel, customer_speech: Samples
) -> None:
    whole = opus_frames(customer_speech)
    lossy = [frame for number, frame in enumerate(whole) if number % 10]
    before = _joined(spans(hear(SoundObserver(voice_model), whole)[1]))
    after = _joined(spans(hear(SoundObserver(voice_model), lossy)[1]))
    assert len(after) == len(before)
    for (a, b), (c, d) in zip(before, after, strict=True):
        assert abs(a - c) <= 200
        assert abs(b - d) <= 200


def test_a_long_hole_is_not_processed(voice_model: VoiceModel) -> None:
    first = opus_frames(room_noise(2.0))
    second = opus_frames(room_noise(2.0), start_ms=6000.0)
    _, _, processed = hear(SoundObserver(voice_model), first + second)
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
    voices = _joined(spans(hear(SoundObserver(voice_model), spoilt)[1]))
    assert len(voices) == len(_joined(spans(hear(SoundObserver(voice_model), frames)[1])))


def test_without_a_model_sound_is_still_heard_or_silent(customer_speech: Samples) -> None:
    facts, voices, processed = hear(SoundObserver(None), opus_frames(customer_speech))
    assert {fact.value for fact in facts} == {"heard"}
    assert (voices, processed) == ([], [])
