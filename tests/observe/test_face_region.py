from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_worker.observe.detection import Face
from media_worker.observe.face_region import FaceRegion

share = st.floats(0.05, 0.95)
regions = st.builds(
    FaceRegion,
    x=st.floats(150, 490),
    y=st.floats(150, 330),
    side=st.floats(80, 200),
    angle=st.floats(-math.pi, math.pi),
)


@given(regions, share, share)
def test_what_is_seen_in_the_region_is_found_in_the_picture(
    region: FaceRegion, x: float, y: float
) -> None:
    """A spot painted where a share of the region lies appears at that share of the cut."""
    spot = region.in_picture(np.array([[x, y]]))[0]
    picture = np.zeros((480, 640, 3), np.uint8)
    left, top = (round(value) for value in spot)
    picture[top - 1 : top + 2, left - 1 : left + 2] = 255
    cut = region.cut_from(picture, 256)[:, :, 0].astype(float)
    at_y, at_x = np.unravel_index(cut.argmax(), cut.shape)
    allowed = 3 * 256 / region.side
    assert (at_x, at_y) == pytest.approx((x * 256, y * 256), abs=allowed)


def _face(right_eye: tuple[float, float], left_eye: tuple[float, float]) -> Face:
    row = np.zeros(15, np.float32)
    row[4:8] = *right_eye, *left_eye
    return Face(200, 150, 80, 100, 0.9, row)


def test_the_region_of_a_box_is_larger_and_a_little_lower() -> None:
    region = FaceRegion.of_face(_face((220, 190), (260, 190)))
    assert (region.x, region.y) == (240, 206)
    assert region.side == pytest.approx(135)
    assert region.angle == 0


def test_the_region_leans_with_the_eyes() -> None:
    region = FaceRegion.of_face(_face((220, 190), (260, 230)))
    assert region.angle == pytest.approx(math.pi / 4)
    assert (region.x, region.y) == pytest.approx((235.76, 204.24), abs=0.01)


def test_the_region_of_points_covers_them() -> None:
    points = np.random.default_rng(1).uniform(100, 180, (478, 2))
    points[33], points[263] = (110, 140), (170, 140)
    region = FaceRegion.of_points(points)
    assert (region.x, region.y) == pytest.approx((140, 140), abs=2)
    assert region.side == pytest.approx(120, abs=4)
    assert region.angle == 0


def test_outside_the_picture_its_edge_goes_on() -> None:
    picture = np.full((480, 640, 3), 90, np.uint8)
    assert (FaceRegion(-500, -500, 100, 1.0).cut_from(picture, 64) == 90).all()
