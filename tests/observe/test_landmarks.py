"""Our way to MediaPipe's networks against MediaPipe itself, on the same pictures."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
import pytest

from demo.animation import Pose, Puppet
from demo.portrait import landmarks, portrait
from media_worker.models.registry import ModelRegistry
from media_worker.observe.detection import FaceDetector
from media_worker.observe.face_region import FaceRegion
from media_worker.observe.landmarks import FaceLandmarker, Landmarks
from shuanglu.timeline.events import Metric
from tests.observe.encoding import Pixels
from tests.observe.mediapipe_beside import Beside, beside

POSES = {
    "calm": Pose(),
    "to one side": Pose(yaw=15),
    "to the other": Pose(yaw=-15),
    "down": Pose(pitch=10),
    "up": Pose(pitch=-10),
    "leaning": Pose(roll=15),
    "leaning the other way": Pose(roll=-15),
    "half blinking": Pose(blink=0.5),
    "blinking": Pose(blink=1),
    "speaking": Pose(jaw=0.4),
    "mouth open": Pose(jaw=0.6),
    "moved": Pose(yaw=8, pitch=-4, roll=5, shift=(60, 30)),
}
ANGLES_APART = {"yaw": 1.5, "pitch": 3.0, "roll": 1.0}
SHAPES_APART = 0.12
"""MediaPipe's own answers differ by as much when the same face lies thirty pixels aside."""


@pytest.fixture(scope="session")
def detector(registry: ModelRegistry) -> FaceDetector:
    return FaceDetector(registry.get("face_detection").path)


@pytest.fixture(scope="session")
def landmarker(registry: ModelRegistry) -> FaceLandmarker:
    return FaceLandmarker(registry.get("face_landmarks").path)


@pytest.fixture(scope="session")
def posed() -> dict[str, Pixels]:
    puppet, noise = Puppet(portrait(), landmarks()), np.random.default_rng(3)
    return {
        name: np.clip(picture + noise.normal(0, 2, picture.shape), 0, 255).astype(np.uint8)
        for name, picture in ((name, puppet.frame(pose)) for name, pose in POSES.items())
    }


@pytest.fixture(scope="session")
def ours(
    detector: FaceDetector, landmarker: FaceLandmarker, posed: dict[str, Pixels]
) -> dict[str, Landmarks]:
    found = {name: _found(detector, landmarker, picture) for name, picture in posed.items()}
    return {name: each for name, each in found.items() if each}


@pytest.fixture(scope="session")
def theirs(
    posed: dict[str, Pixels], registry: ModelRegistry, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Beside]:
    model = registry.get("face_landmarks").path
    seen = beside(list(posed.values()), tmp_path_factory.mktemp("beside"), model)
    return dict(zip(posed, seen, strict=True))


def _found(detector: FaceDetector, landmarker: FaceLandmarker, picture: Pixels) -> Landmarks | None:
    (face, *_) = detector.find(picture)
    return landmarker.find(picture, FaceRegion.of_face(face))


def test_a_face_is_found_in_every_pose(ours: dict[str, Landmarks]) -> None:
    assert list(ours) == list(POSES)


@pytest.mark.parametrize("pose", POSES)
def test_points_lie_where_mediapipe_puts_them(
    ours: dict[str, Landmarks], theirs: dict[str, Beside], pose: str
) -> None:
    apart = np.linalg.norm(ours[pose].points - np.array(theirs[pose].points), axis=1)
    assert apart.mean() < 0.012 * ours[pose].height


@pytest.mark.parametrize("pose", POSES)
@pytest.mark.parametrize("angle", ANGLES_APART)
def test_the_head_is_turned_as_mediapipe_says(
    ours: dict[str, Landmarks], theirs: dict[str, Beside], pose: str, angle: str
) -> None:
    # Its angles depend on where in the picture a head is; ours, as if it were in the middle.
    shift = ours["calm"].pitch - theirs["calm"].pitch if angle == "pitch" else 0
    apart = getattr(ours[pose], angle) - getattr(theirs[pose], angle) - shift
    aside = 4.0 if pose == "moved" else 0.0
    assert abs(apart) < ANGLES_APART[angle] + aside


@pytest.mark.parametrize("pose", POSES)
def test_eyes_and_mouth_are_as_mediapipe_says(
    ours: dict[str, Landmarks], theirs: dict[str, Beside], pose: str
) -> None:
    for shape, seen in ours[pose].shapes.items():
        assert seen == pytest.approx(theirs[pose].shapes[shape], abs=SHAPES_APART), shape


def test_the_gestures_stand_out(ours: dict[str, Landmarks]) -> None:
    calm, blinking, wide = (ours[name].metrics() for name in ("calm", "blinking", "mouth open"))
    assert blinking[Metric.BLINK] > calm[Metric.BLINK] + 0.3
    assert wide[Metric.LIP_GAP] > calm[Metric.LIP_GAP] + 0.08
    assert wide[Metric.JAW_OPEN] > calm[Metric.JAW_OPEN] + 0.2


def test_the_points_of_a_moment_ago_lead_to_the_face(
    landmarker: FaceLandmarker, posed: dict[str, Pixels], ours: dict[str, Landmarks]
) -> None:
    follow = FaceRegion.of_points(ours["calm"].points)
    followed = landmarker.find(posed["moved"], follow)
    assert followed is not None
    apart = np.linalg.norm(followed.points - ours["moved"].points, axis=1).mean()
    assert apart < 0.03 * followed.height


def test_a_head_that_leans_far_is_seen_upright(
    detector: FaceDetector, landmarker: FaceLandmarker, posed: dict[str, Pixels]
) -> None:
    straight = _found(detector, landmarker, posed["calm"])
    assert straight is not None
    for angle in (-40, 40):
        turn = cv2.getRotationMatrix2D((320, 240), angle, 0.8)
        turned = np.asarray(cv2.warpAffine(posed["calm"], turn, (640, 480)), np.uint8)
        seen = _found(detector, landmarker, turned)
        assert seen is not None
        # OpenCV turns counter-clockwise; the own left shoulder is to the right.
        assert seen.roll - straight.roll == pytest.approx(-angle, abs=4)
        assert seen.metrics()[Metric.BLINK] < 0.2


@pytest.mark.parametrize("side", [60.0, 300.0])
def test_no_face_is_seen_where_none_is(landmarker: FaceLandmarker, side: float) -> None:
    noise = np.random.default_rng(4).integers(0, 255, (480, 640, 3), dtype=np.uint8)
    flat = np.full((480, 640, 3), 120, np.uint8)
    for picture in (noise, flat):
        assert landmarker.find(picture, FaceRegion(320, 240, side, 0.1)) is None


def test_a_region_outside_the_picture_has_no_face(landmarker: FaceLandmarker) -> None:
    flat = np.full((480, 640, 3), 120, np.uint8)
    assert landmarker.find(flat, FaceRegion(-900, 2000, 200, math.pi)) is None


def test_a_file_that_is_no_task_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "face_landmarker.task"
    broken.write_bytes(b"not a zip file")
    with pytest.raises(Exception, match="zip"):
        FaceLandmarker(broken)
