from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from demo.animation import Pose, Puppet
from demo.camera import Scene
from demo.portrait import landmarks, portrait
from media_worker.observe.decoding import (
    LONG_SIDE_PX,
    Scaler,
    StreamDecoder,
    UndecodableError,
)
from shuanglu.timeline.events import Metric
from tests.observe.encoding import Pixels, VideoCodec, key_frames, stream
from tests.observe.process_under_test import Metrics, ProcessUnderTest

Pictures = Callable[[Scene], list[Pixels]]
BOTH_CODECS = pytest.mark.parametrize("codec", ["VP8", "H264"])
_MASKED = (234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288,
           361, 323, 454, 280, 5, 50)  # fmt: skip


@pytest.fixture(scope="session")
def puppet() -> Puppet:
    return Puppet(portrait(), landmarks())


def column(seen: list[Metrics], metric: Metric) -> list[float]:
    return [metrics[metric] for metrics in seen]


def posed(observed: ProcessUnderTest, puppet: Puppet, pose: Pose) -> Metrics:
    return observed.metrics([grainy(puppet.frame(pose))])[0]


def grainy(picture: Pixels) -> Pixels:
    noise = np.random.default_rng(3).normal(0, 2, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


# --- how many, where, in which light --------------------------------------------------------


@BOTH_CODECS
@pytest.mark.parametrize(
    ("scene", "count"), [(Scene.FACE, 1), (Scene.EMPTY, 0), (Scene.TWO_FACES, 2)]
)
def test_faces_are_counted_in_every_key_frame(
    pictures: Pictures, observed: ProcessUnderTest, codec: VideoCodec, scene: Scene, count: int
) -> None:
    seen = observed.metrics(pictures(scene)[:4], codec)
    assert column(seen, Metric.FACES) == [count] * 4
    assert all((Metric.YAW in metrics) == (count > 0) for metrics in seen)


def test_a_small_second_face_behind_is_counted(
    pictures: Pictures, observed: ProcessUnderTest
) -> None:
    picture = pictures(Scene.FACE)[0].copy()
    # A whole head at a seventh of the size: its face is about 27 px wide of 640.
    picture[10:79, 548:640] = cv2.resize(pictures(Scene.FACE)[1], (92, 69))
    (seen,) = observed.metrics([picture])
    assert seen[Metric.FACES] == 2
    assert seen[Metric.SECOND_FACE_WIDTH] < 0.06
    assert seen[Metric.FACE_WIDTH] > 0.25


def test_where_the_face_is(pictures: Pictures, observed: ProcessUnderTest) -> None:
    moved = np.roll(pictures(Scene.FACE)[0], 200, axis=1)
    middle, right = observed.metrics([pictures(Scene.FACE)[0], moved])
    assert middle[Metric.FACE_X] == pytest.approx(0.5, abs=0.05)
    assert right[Metric.FACE_X] == pytest.approx(0.5 + 200 / 640, abs=0.05)


@BOTH_CODECS
def test_a_covered_camera_has_no_light(
    pictures: Pictures, observed: ProcessUnderTest, codec: VideoCodec
) -> None:
    seen = observed.metrics(pictures(Scene.BLACK)[:2], codec)
    assert max(column(seen, Metric.LUMA)) < 22
    assert max(column(seen, Metric.LUMA_DEVIATION)) < 9


def test_a_finger_on_the_lens_has_neither_edges_nor_faces(observed: ProcessUnderTest) -> None:
    glow = np.linspace(90, 140, 640)[None, :, None] * np.array([0.6, 0.7, 1.0])
    (seen,) = observed.metrics([grainy(np.repeat(glow, 480, 0).astype(np.uint8))])
    assert seen[Metric.FACES] == 0
    assert seen[Metric.LUMA] > 60
    assert seen[Metric.LUMA_DEVIATION] < 14
    assert seen[Metric.SHARPNESS] < 4


def test_a_dark_room_with_a_person_is_dark_and_not_blurred(
    pictures: Pictures, observed: ProcessUnderTest
) -> None:
    bright = pictures(Scene.FACE)[0]
    light, dark = observed.metrics([bright, (bright * 0.25).astype(np.uint8)])
    assert dark[Metric.FACES] == 1
    assert dark[Metric.FACE_LUMA] < 45
    assert light[Metric.FACE_LUMA] > 100
    assert dark[Metric.SHARPNESS] > 8


def test_blur_is_measured(pictures: Pictures, observed: ProcessUnderTest) -> None:
    sharp = pictures(Scene.FACE)[0]
    blurred = [cv2.GaussianBlur(sharp, (0, 0), sigma).astype(np.uint8) for sigma in (2, 4)]
    seen = column(observed.metrics([sharp, *blurred]), Metric.SHARPNESS)
    assert seen[0] > 9
    assert 6 > seen[1] > seen[2]


# --- the same again -------------------------------------------------------------------------


@BOTH_CODECS
def test_a_still_picture_does_not_change(
    pictures: Pictures, observed: ProcessUnderTest, codec: VideoCodec
) -> None:
    still = observed.metrics(pictures(Scene.FROZEN)[:4], codec)
    alive = observed.metrics(pictures(Scene.FACE)[:4], codec)
    assert Metric.CHANGE not in still[0]
    assert max(column(still[1:], Metric.CHANGE)) < 1.9
    assert max(column(still[1:], Metric.CHANGE_MAX)) < 4.0
    assert min(column(alive[1:], Metric.CHANGE)) > 1.9


def test_a_still_face_is_still_however_its_picture_is_coded(
    pictures: Pictures, observed: ProcessUnderTest
) -> None:
    seen = observed.metrics([grainy(picture) for picture in pictures(Scene.FROZEN)[:4]])
    assert column(seen, Metric.STILL_MS) == [0, 1000, 2000, 3000]
    alive = observed.metrics(pictures(Scene.FACE))
    assert max(column(alive, Metric.STILL_MS)) <= 1000


# --- landmarks ------------------------------------------------------------------------------


@pytest.mark.parametrize("yaw", [-20, 20])
def test_the_own_left_is_positive(observed: ProcessUnderTest, puppet: Puppet, yaw: float) -> None:
    # The puppet's positive yaw brings the nose to the picture's left: the own right.
    seen = posed(observed, puppet, Pose(yaw=yaw))[Metric.YAW]
    straight = posed(observed, puppet, Pose())[Metric.YAW]
    assert abs(straight) < 4
    assert (seen - straight) / -yaw == pytest.approx(0.75, abs=0.25)


@pytest.mark.parametrize("pitch", [-12, 12])
def test_down_is_positive(observed: ProcessUnderTest, puppet: Puppet, pitch: float) -> None:
    straight = posed(observed, puppet, Pose())[Metric.PITCH]
    seen = posed(observed, puppet, Pose(pitch=pitch))[Metric.PITCH]
    assert (seen - straight) / pitch == pytest.approx(0.9, abs=0.35)


def test_roll_goes_with_the_head(observed: ProcessUnderTest, puppet: Puppet) -> None:
    straight = posed(observed, puppet, Pose())[Metric.ROLL]
    seen = posed(observed, puppet, Pose(roll=10))[Metric.ROLL]
    assert seen - straight == pytest.approx(10, abs=3)


def test_closed_eyes_and_an_open_mouth(observed: ProcessUnderTest, puppet: Puppet) -> None:
    calm, blinking, speaking = (
        posed(observed, puppet, pose) for pose in (Pose(), Pose(blink=1), Pose(jaw=0.5))
    )
    assert calm[Metric.BLINK] < 0.15
    assert blinking[Metric.BLINK] > 0.4
    assert speaking[Metric.LIP_GAP] - calm[Metric.LIP_GAP] > 0.04
    assert speaking[Metric.JAW_OPEN] > calm[Metric.JAW_OPEN] + 0.05
    assert max(calm[Metric.GAZE_OFF], speaking[Metric.GAZE_OFF]) < 0.4


def rested(seen: list[Metrics]) -> list[bool]:
    assert all(metrics[Metric.FACES] == 1 for metrics in seen)
    return [Metric.YAW not in metrics for metrics in seen]


def test_a_face_that_is_as_before_may_rest_for_one_look(
    observed: ProcessUnderTest, puppet: Puppet
) -> None:
    same = [grainy(puppet.frame(Pose(yaw=number % 2))) for number in range(4)]
    assert rested(observed.metrics(same, calm=True)) == [False, True, False, True]
    assert rested(observed.metrics(same)) == [False] * 4


def test_a_face_that_changes_never_rests(observed: ProcessUnderTest, puppet: Puppet) -> None:
    covered = puppet.frame(Pose()).copy()
    cv2.fillPoly(covered, [np.array([landmarks()[n, :2] for n in _MASKED], np.int32)], (180,) * 3)
    for changed in (puppet.frame(Pose(jaw=0.8)), puppet.frame(Pose(yaw=20)), covered):
        pictures = [grainy(puppet.frame(Pose())), grainy(changed)]
        assert rested(observed.metrics(pictures, calm=True)) == [False, False]


def test_a_face_that_keeps_still_is_measured_at_every_look(
    observed: ProcessUnderTest, puppet: Puppet
) -> None:
    still = [grainy(puppet.frame(Pose()))] * 8
    assert rested(observed.metrics(still, calm=True))[-3:] == [False] * 3


def test_whoever_comes_into_an_empty_picture_is_measured(
    observed: ProcessUnderTest, puppet: Puppet
) -> None:
    face, nobody = grainy(puppet.frame(Pose())), np.full((480, 640, 3), 120, np.uint8)
    seen = observed.metrics([face, nobody, face], calm=True)
    assert [metrics[Metric.FACES] for metrics in seen] == [1, 0, 1]
    assert [Metric.YAW in metrics for metrics in seen] == [True, False, True]


def test_behind_a_card_no_face_is_measured_closely(
    observed: ProcessUnderTest, puppet: Puppet
) -> None:
    (seen,) = observed.metrics([grainy(puppet.frame(Pose()))], look="card")
    assert rested([seen]) == [True]


@pytest.mark.parametrize("colour", [(200, 150, 90), (235, 235, 235), (30, 30, 30)])
def test_a_mask_covers_the_lower_face(
    observed: ProcessUnderTest, puppet: Puppet, colour: tuple[int, int, int]
) -> None:
    masked = puppet.frame(Pose()).copy()
    outline = np.array([landmarks()[number, :2] for number in _MASKED], np.int32)
    cv2.fillPoly(masked, [outline], colour)
    (seen,) = observed.metrics([grainy(masked)])
    assert seen[Metric.OCCLUDED] > 0.8


@pytest.mark.parametrize("pose", [Pose(), Pose(yaw=25), Pose(pitch=-15), Pose(jaw=1)])
def test_a_bare_face_is_free(observed: ProcessUnderTest, puppet: Puppet, pose: Pose) -> None:
    assert posed(observed, puppet, pose)[Metric.OCCLUDED] < 0.3


def test_light_from_the_side_covers_nothing(observed: ProcessUnderTest, puppet: Puppet) -> None:
    lit = puppet.frame(Pose()) * np.linspace(0.35, 1.2, 640)[None, :, None]
    (seen,) = observed.metrics([grainy(np.clip(lit, 0, 255).astype(np.uint8))])
    assert seen[Metric.OCCLUDED] < 0.3


def test_the_skin_shows_the_light_of_the_screen(observed: ProcessUnderTest, puppet: Puppet) -> None:
    dark = puppet.frame(Pose()) * 0.8
    red, blue = (
        np.clip(dark + light, 0, 255).astype(np.uint8) for light in ((0, 0, 25), (25, 0, 0))
    )
    under_red, under_blue = observed.metrics([red, blue], look="close")
    assert under_red[Metric.SKIN_R] > under_blue[Metric.SKIN_R] + 0.05
    assert under_blue[Metric.SKIN_B] > under_red[Metric.SKIN_B] + 0.05
    assert Metric.SKIN_R not in observed.metrics([red])[0]


# --- who ------------------------------------------------------------------------------------


def test_a_face_is_like_itself_and_a_stretched_one_is_not(
    pictures: Pictures, observed: ProcessUnderTest
) -> None:
    first, *later = key_frames(pictures(Scene.FACE)[:4])
    observed.open()
    template = observed.show(first, embed=True)[0].face
    assert template is not None
    assert template.quality > 0.6
    observed.open(reference=template)
    (same,) = (answer.measured for answer, _ in [observed.show(later[0])])
    assert same[0].metrics[Metric.SAME_FACE] > 0.8
    other = other_person(pictures(Scene.FACE)[0])
    observed.open(reference=template)
    answer, _ = observed.show(key_frames([other])[0])
    assert answer.measured[0].metrics[Metric.SAME_FACE] < 0.6
    assert Metric.SAME_FACE not in observed.metrics(pictures(Scene.FACE)[:1])[0]


def other_person(picture: Pixels) -> Pixels:
    """Another face made of this one: upper and lower half exchange their widths."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    low = np.clip((y - 130) / 220, 0, 1)
    squeezed = (x - 315) * (0.75 + 0.7 * low) + 315
    shifted = y + 28 * np.sin(np.pi * low)
    warped = cv2.remap(picture, squeezed.astype(np.float32), shifted.astype(np.float32), 1)
    return np.asarray(cv2.convertScaleAbs(warped, alpha=0.8), np.uint8)


# --- what cannot be measured -----------------------------------------------------------------


def test_without_models_the_picture_is_measured_and_nothing_of_faces(pictures: Pictures) -> None:
    with ProcessUnderTest({}) as bare:
        (seen,) = bare.metrics(pictures(Scene.FACE)[:1])
    assert set(seen) == {Metric.LUMA, Metric.LUMA_DEVIATION, Metric.SHARPNESS}


@BOTH_CODECS
@pytest.mark.parametrize("data", [b"", b"\x00", b"\xff" * 5000, bytes(range(256)) * 40])
def test_rubbish_is_not_measured(
    observed: ProcessUnderTest, pictures: Pictures, codec: VideoCodec, data: bytes
) -> None:
    good = key_frames(pictures(Scene.FACE)[:1], codec)[0]
    observed.open()
    assert observed.show(replace(good, data=data))[0].undecodable
    assert observed.show(good)[0].measured


def test_a_frame_without_its_key_frame_is_not_measured(
    observed: ProcessUnderTest, pictures: Pictures
) -> None:
    frames = stream(pictures(Scene.FACE)[:5])
    observed.open()
    assert observed.show(frames[4])[0].undecodable
    assert observed.show(frames[0], "decode")[0].measured == ()
    assert observed.show(frames[4])[0].measured[0].metrics[Metric.FACES] == 1


def test_layer_zero_alone_decodes_without_a_trace_of_the_rest(pictures: Pictures) -> None:
    shown = [picture for picture in pictures(Scene.FACE) for _ in range(2)]
    decoder, scaler = StreamDecoder(), Scaler()
    for number, frame in enumerate(stream(shown)):
        if frame.temporal_layer == 0:
            decoded = decoder.decode(frame.codec, frame.data, is_key=frame.is_key)
            apart = scaler.picture(decoded).bgr.astype(float) - shown[number]
            assert np.abs(apart).mean() < 6


def test_a_picture_bomb_is_not_decoded(pictures: Pictures) -> None:
    frame = key_frames(pictures(Scene.BLACK)[:1])[0]
    # RFC 6386 section 9.1: 14 bits of width and of height after the start code.
    bomb = frame.data[:6] + struct.pack("<HH", 16383, 16383) + frame.data[10:]
    with pytest.raises(UndecodableError):
        StreamDecoder().decode("VP8", bomb, is_key=True)


def test_large_pictures_come_out_small_and_whole(pictures: Pictures) -> None:
    large = cv2.resize(pictures(Scene.FACE)[0], (1920, 1080)).astype(np.uint8)
    frame = key_frames([large], bit_rate=4_000_000)[0]
    picture = Scaler().picture(StreamDecoder().decode("VP8", frame.data, is_key=True))
    assert max(picture.bgr.shape) == LONG_SIDE_PX
    assert picture.whole().shape == (1080, 1920, 3)
