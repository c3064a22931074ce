from __future__ import annotations

import pytest

from media_worker.frames import EncodedFrame
from media_worker.observe.faces import WatchMode
from media_worker.observe.feed import PictureFeed
from media_worker.observe.messages import Look
from media_worker.observe.settings import ObserverSettings
from media_worker.pipe import MAX_BODY_BYTES

_LAYERS = (0, 2, 1, 2)


def camera(
    seconds: float, *, rate_hz: int = 30, layered: bool = True, key_every_ms: float = 2000.0
) -> list[EncodedFrame]:
    frames, next_key_ms, since_key = [], 0.0, 0
    for number in range(round(seconds * rate_hz)):
        pts_ms = number * 1000 / rate_hz
        is_key = pts_ms >= next_key_ms
        if is_key:
            next_key_ms, since_key = next_key_ms + key_every_ms, 0
        layer = _LAYERS[since_key % 4] if layered else None
        frames.append(EncodedFrame("video", "VP8", pts_ms, is_key, layer, b"\x00" * 9))
        since_key += 1
    return frames


def feed(feed: PictureFeed, frames: list[EncodedFrame]) -> list[tuple[EncodedFrame, Look]]:
    out = []
    for frame in frames:
        look = feed.take(frame, looking=0, decoding=0)
        if look is not None:
            feed.sent(look, frame.pts_ms)
            out.append((frame, look))
    return out


def assert_decodable(sent: list[tuple[EncodedFrame, Look]], frames: list[EncodedFrame]) -> None:
    """Every frame of the lowest layer since its key frame was sent before it."""
    known = {frame.pts_ms for frame, _ in sent}
    for frame, _ in sent:
        key_ms = max(each.pts_ms for each in frames if each.is_key and each.pts_ms <= frame.pts_ms)
        for earlier in frames:
            if key_ms <= earlier.pts_ms < frame.pts_ms and earlier.temporal_layer in {0, None}:
                assert earlier.pts_ms in known


def looked(sent: list[tuple[EncodedFrame, Look]]) -> list[float]:
    return [frame.pts_ms for frame, look in sent if look != "decode"]


@pytest.mark.parametrize("rate_hz", [15, 30])
def test_about_one_picture_a_second_is_watched(rate_hz: int) -> None:
    frames = camera(20, rate_hz=rate_hz)
    sent = feed(PictureFeed(ObserverSettings()), frames)
    assert_decodable(sent, frames)
    assert 18 <= len(looked(sent)) <= 23
    assert len(sent) < 20 * 7.5
    assert {frame.temporal_layer for frame, _ in sent} == ({0, 1} if rate_hz == 15 else {0})


def test_voice_and_a_still_picture_are_looked_at_more_often() -> None:
    seen = []
    for hears_voice, is_in_doubt in ((False, False), (True, False), (True, True)):
        watch = PictureFeed(ObserverSettings())
        watch.hears_voice, watch.is_in_doubt = hears_voice, is_in_doubt
        seen.append(len(looked(feed(watch, camera(20)))))
    assert seen == sorted(seen)
    assert seen[0] < seen[1] < seen[2] <= 40


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("is_attentive", True),
        ("hears_voice", True),
        ("is_in_doubt", True),
        ("is_face_asked", True),
        ("is_undecided", True),
        ("mode", WatchMode.ANSWER),
        ("mode", WatchMode.CLOSE),
    ],
)
def test_it_is_calm_only_while_nothing_waits_for_the_face(what: str, value: object) -> None:
    watch = PictureFeed(ObserverSettings())
    assert not watch.is_calm, "nobody has said yet that the customer is only spoken to"
    watch.is_attentive = False
    feed(watch, camera(2))
    assert watch.is_calm
    setattr(watch, what, value)
    assert not watch.is_calm


def test_what_is_undecided_is_looked_at_again_soon_but_not_for_ever() -> None:
    watch = PictureFeed(ObserverSettings())
    frames = camera(12)
    feed(watch, frames[:120])
    watch.is_undecided = True
    seen = looked(feed(watch, frames[120:]))
    soon = [at_ms for at_ms in seen if at_ms <= 4000 + 1500]
    assert 5 <= len(soon) <= 7
    assert len(seen) - len(soon) <= 8
    watch.is_undecided = False
    assert not watch.is_undecided


def test_faces_that_somebody_waits_for_are_looked_for_at_once() -> None:
    watch = PictureFeed(ObserverSettings())
    frames = camera(6)
    feed(watch, frames[:70])
    watch.is_face_asked = True
    watch.hurry()
    seen = looked(feed(watch, frames[70:]))
    assert seen[2] <= frames[70].pts_ms + 1000, "three faces are asked for"
    watch.is_face_asked = False


def test_an_answer_is_looked_at_more_closely_while_a_voice_is_heard() -> None:
    rates = []
    for hears_voice in (False, True):
        watch = PictureFeed(ObserverSettings())
        watch.mode, watch.hears_voice = WatchMode.ANSWER, hears_voice
        frames = camera(10)
        sent = feed(watch, frames)
        assert_decodable(sent, frames)
        rates.append(len(looked(sent)) / 10)
    assert rates == [pytest.approx(3.75, abs=0.3), pytest.approx(7.5, abs=0.3)]


def test_without_layers_only_key_frames_are_sent_and_more_are_asked_for() -> None:
    watch = PictureFeed(ObserverSettings())
    frames = camera(1.5, layered=False)
    assert looked(feed(watch, frames[:20])) == [0]
    assert not watch.needs_key_frame
    assert feed(watch, frames[20:]) == []
    assert watch.needs_key_frame


def test_close_mode_begins_with_a_key_frame_and_sees_fifteen_a_second() -> None:
    watch = PictureFeed(ObserverSettings())
    frames = camera(6)
    feed(watch, frames[:70])
    watch.mode = WatchMode.CLOSE
    assert watch.needs_key_frame
    sent = feed(watch, frames[70:])
    assert {frame.temporal_layer for frame, look in sent if look == "close"} == {0, 1}
    assert min(frame.pts_ms for frame, look in sent if look == "close") <= 2500
    close = [frame for frame, _ in sent if frame.pts_ms >= 4000]
    assert len(close) == 30
    assert not watch.needs_key_frame


def test_without_layers_close_mode_decodes_everything() -> None:
    watch = PictureFeed(ObserverSettings())
    watch.mode = WatchMode.CLOSE
    frames = camera(2, layered=False)
    sent = feed(watch, frames)
    assert len(sent) == len(frames)
    assert len(looked(sent)) == 30


def test_after_a_frame_was_left_out_nothing_is_sent_before_a_key_frame() -> None:
    watch = PictureFeed(ObserverSettings(max_decode_in_flight=3))
    watch.mode = WatchMode.CLOSE
    frames = camera(4)
    feed(watch, frames[:10])
    assert watch.take(frames[10], looking=0, decoding=3) is None
    assert watch.needs_key_frame
    assert watch.dropped == 1
    sent = feed(watch, frames[11:])
    assert sent[0][0].is_key
    assert sent[0][0].pts_ms == 2000


def test_a_late_picture_is_decoded_but_not_measured() -> None:
    watch = PictureFeed(ObserverSettings())
    frames = camera(2)
    feed(watch, frames[:26])
    late = next(frame for frame in frames[27:] if frame.temporal_layer == 0)
    assert watch.take(late, looking=2, decoding=2) == "decode"
    assert watch.dropped == 1


def test_an_undecodable_frame_and_a_new_process_wait_for_a_key_frame() -> None:
    for trouble in (PictureFeed.broke, PictureFeed.begin_again):
        watch = PictureFeed(ObserverSettings())
        frames = camera(4)
        feed(watch, frames[:10])
        trouble(watch)
        assert feed(watch, frames[10:])[0][0].is_key


def test_other_faces_are_looked_at_again_at_once() -> None:
    watch = PictureFeed(ObserverSettings())
    frames = camera(2)
    feed(watch, frames[:3])
    watch.hurry()
    assert looked(feed(watch, frames[3:12])) == [pytest.approx(133, abs=1)]


def test_what_is_too_large_for_the_pipe_is_left_out() -> None:
    watch = PictureFeed(ObserverSettings())
    huge = EncodedFrame(
        "video", "VP8", 0.0, is_key=True, temporal_layer=0, data=b"\x00" * (MAX_BODY_BYTES + 1)
    )
    assert watch.take(huge, looking=0, decoding=0) is None
    assert watch.dropped == 1
