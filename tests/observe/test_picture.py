from __future__ import annotations

import struct
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from demo.camera import Scene
from media_worker.observe.picture import (
    LONG_SIDE_PX,
    FaceDetector,
    PictureObserver,
    UndecodableError,
    decode_key_frame,
)
from shuanglu.timeline.events import Fact
from tests.observe.encoding import Pixels, VideoCodec, key_frames

Pictures = Callable[[Scene], list[Pixels]]
BOTH_CODECS = pytest.mark.parametrize("codec", ["VP8", "H264"])


def values(
    observer: PictureObserver, pictures: list[Pixels], codec: VideoCodec
) -> list[dict[Fact, str]]:
    return [
        {m.fact: m.value for m in observer.observe(frame.codec, frame.data, frame.pts_ms)}
        for frame in key_frames(pictures, codec)
    ]


@BOTH_CODECS
@pytest.mark.parametrize(
    ("scene", "count"), [(Scene.FACE, "1"), (Scene.EMPTY, "0"), (Scene.TWO_FACES, "2")]
)
def test_faces_are_counted_in_every_key_frame(
    pictures: Pictures, faces: FaceDetector, codec: VideoCodec, scene: Scene, count: str
) -> None:
    seen = values(PictureObserver(faces), pictures(scene), codec)
    assert [value[Fact.FACES] for value in seen] == [count] * len(seen)
    assert {value[Fact.PICTURE] for value in seen} == {"clear"}


def test_a_small_second_face_behind_is_counted(pictures: Pictures, faces: FaceDetector) -> None:
    picture = pictures(Scene.FACE)[0].copy()
    # A whole head at a seventh of the size: its face is about 27 px wide of 640.
    picture[10:79, 500:592] = cv2.resize(pictures(Scene.FACE)[1], (92, 69))
    seen = values(PictureObserver(faces), [picture], "VP8")
    assert seen[0][Fact.FACES] == "2"


@BOTH_CODECS
def test_a_covered_camera_is_black(
    pictures: Pictures, faces: FaceDetector, codec: VideoCodec
) -> None:
    seen = values(PictureObserver(faces), pictures(Scene.BLACK), codec)
    assert {value[Fact.PICTURE] for value in seen} == {"black"}
    assert {value[Fact.FACES] for value in seen} == {"0"}


def test_a_dark_room_with_a_person_is_not_black(pictures: Pictures, faces: FaceDetector) -> None:
    dark = [(picture * 0.25).astype(np.uint8) for picture in pictures(Scene.FACE)]
    seen = values(PictureObserver(faces), dark, "VP8")
    assert {value[Fact.PICTURE] for value in seen} == {"clear"}


@BOTH_CODECS
def test_a_still_picture_is_frozen_after_three_seconds(
    pictures: Pictures, faces: FaceDetector, codec: VideoCodec
) -> None:
    seen = values(PictureObserver(faces), pictures(Scene.FROZEN), codec)
    states = [value[Fact.PICTURE] for value in seen]
    frozen_at = states.index("frozen")
    assert 3 <= frozen_at <= 4
    assert set(states[:frozen_at]) == {"clear"}
    assert set(states[frozen_at:]) == {"frozen"}


def test_a_frozen_picture_that_moves_again_is_clear(
    pictures: Pictures, faces: FaceDetector
) -> None:
    shown = [*pictures(Scene.FROZEN)[:6], *pictures(Scene.FACE)[2:5]]
    states = [value[Fact.PICTURE] for value in values(PictureObserver(faces), shown, "VP8")]
    assert states[5] == "frozen"
    assert states[6:] == ["clear"] * 3


def test_without_a_model_faces_are_not_evaluated_but_the_picture_is(pictures: Pictures) -> None:
    seen = values(PictureObserver(None), pictures(Scene.FACE)[:1], "VP8")
    assert seen == [{Fact.FACES: "not_evaluated", Fact.PICTURE: "clear"}]


@pytest.mark.parametrize("codec", ["VP8", "H264"])
@pytest.mark.parametrize("data", [b"", b"\x00", b"\xff" * 5000, bytes(range(256)) * 40])
def test_rubbish_is_not_evaluated(faces: FaceDetector, codec: str, data: bytes) -> None:
    seen = PictureObserver(faces).observe(codec, data, 0.0)
    assert {(m.fact, m.value) for m in seen} == {
        (Fact.FACES, "not_evaluated"),
        (Fact.PICTURE, "not_evaluated"),
    }


def test_a_picture_bomb_is_not_decoded(pictures: Pictures) -> None:
    frame = key_frames(pictures(Scene.BLACK)[:1])[0]
    # RFC 6386 section 9.1: 14 bits of width and of height after the start code.
    bomb = frame.data[:6] + struct.pack("<HH", 16383, 16383) + frame.data[10:]
    with pytest.raises(UndecodableError):
        decode_key_frame("VP8", bomb)


def test_large_pictures_come_out_small(pictures: Pictures) -> None:
    large = cv2.resize(pictures(Scene.FACE)[0], (1920, 1080)).astype(np.uint8)
    frame = key_frames([large], bit_rate=4_000_000)[0]
    picture = decode_key_frame("VP8", frame.data)
    assert max(picture.shape) == LONG_SIDE_PX
