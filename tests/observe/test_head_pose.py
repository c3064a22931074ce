from __future__ import annotations

import math
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_worker.models.registry import ModelRegistry, ModelSettings
from media_worker.observe import head_pose
from media_worker.observe.head_pose import CanonicalFace, Points

DISTANCE_CM = 45.0
angle = st.floats(-25, 25)


def _metadata() -> bytes:
    with zipfile.ZipFile(ModelRegistry(ModelSettings()).get("face_landmarks").path) as task:
        return task.read("geometry_pipeline_metadata_landmarks.binarypb")


METADATA = _metadata()
FACE = CanonicalFace.read(METADATA)


def _vertices() -> Points:
    return np.array(head_pose._geometry(METADATA).mesh.vertices).reshape(-1, 5)[:, :3]


def _turned(yaw: float, pitch: float, roll: float) -> Points:
    """The canonical face as a camera sees it: (468, 3), in shares of a square picture."""
    y, p, r = (math.radians(value) for value in (yaw, pitch, -roll))
    about_y = [[math.cos(y), 0, math.sin(y)], [0, 1, 0], [-math.sin(y), 0, math.cos(y)]]
    about_x = [[1, 0, 0], [0, math.cos(p), -math.sin(p)], [0, math.sin(p), math.cos(p)]]
    about_z = [[math.cos(r), -math.sin(r), 0], [math.sin(r), math.cos(r), 0], [0, 0, 1]]
    turned = _vertices() @ (np.array(about_z) @ about_x @ about_y).T - (0, 0, DISTANCE_CM)
    away = -turned[:, 2]
    wide = 2 * math.tan(head_pose.FIELD_OF_VIEW / 2)
    x, y_up = turned[:, 0] / away / wide + 0.5, turned[:, 1] / away / wide + 0.5
    return np.column_stack([x, 1 - y_up, away / away.mean() / wide])


def test_a_face_that_looks_ahead_is_not_turned() -> None:
    assert FACE.angles(_turned(0, 0, 0)) == pytest.approx((0, 0, 0), abs=0.1)


@pytest.mark.parametrize(
    ("given_angles", "name"),
    [((25.0, 0.0, 0.0), "yaw"), ((0.0, 20.0, 0.0), "pitch"), ((0.0, 0.0, 30.0), "roll")],
)
def test_each_angle_has_its_own_sign(given_angles: tuple[float, float, float], name: str) -> None:
    seen = dict(zip(("yaw", "pitch", "roll"), FACE.angles(_turned(*given_angles)), strict=True))
    assert seen[name] == pytest.approx(max(given_angles), abs=1.5)
    assert all(abs(value) < 1.5 for other, value in seen.items() if other != name)


@given(angle, angle, angle)
def test_a_turned_head_is_found_turned(yaw: float, pitch: float, roll: float) -> None:
    before = FACE.angles(_turned(yaw, pitch, roll))
    more = FACE.angles(_turned(yaw, pitch, roll + 5))
    assert more[2] - before[2] == pytest.approx(5, abs=1.5)
    assert all(math.isfinite(value) for value in before)


def test_only_the_shape_counts_not_the_size() -> None:
    points = _turned(10, 5, -8)
    smaller = (points - (0.5, 0.5, 0)) * 0.9 + (0.5, 0.5, 0)
    assert FACE.angles(smaller) == pytest.approx(FACE.angles(points), abs=2)
