"""Moves a portrait: head pose, blinks and mouth, by a piecewise-affine warp.

Stage: from a pose to one frame. It is a puppet for tests and demonstrations: convincing
to about 15 degrees of yaw, and no attempt to deceive anything.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy.spatial import Delaunay

from demo.portrait import Pixels, Points

# Landmark numbers of MediaPipe's face mesh. Upper lid, lower lid, and the crease above.
_LIDS = (
    (
        (246, 161, 160, 159, 158, 157, 173),
        (7, 163, 144, 145, 153, 154, 155),
        (247, 30, 29, 27, 28, 56, 190),
        (33, 133),
    ),
    (
        (466, 388, 387, 386, 385, 384, 398),
        (249, 390, 373, 374, 380, 381, 382),
        (467, 260, 259, 257, 258, 286, 414),
        (263, 362),
    ),
)
_INNER_UPPER_LIP = (191, 80, 81, 82, 13, 312, 311, 310, 415)
_INNER_LOWER_LIP = (95, 88, 178, 87, 14, 317, 402, 318, 324)
_MOUTH_CORNERS = (78, 308)
_OUTER_CORNERS = (61, 291)
_CHIN = 152
_CHEEKS = (234, 454)

_RING_STEPS = 36
_RINGS = ((1.12, 0.75), (1.45, 0.35))
"""Two rings of points around the face, and how far each follows the head."""
_SUBPIXEL_BITS = 4
_LID_COLOUR = (45, 50, 75)
_MOUTH_COLOUR = (28, 22, 60)

Map = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Pose:
    """Angles in degrees; ``blink`` and ``jaw`` from 0 to 1; shift in pixels."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    blink: float = 0.0
    jaw: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)


class Puppet:
    """One portrait that can be posed."""

    def __init__(self, picture: Pixels, points: Points) -> None:
        self._picture = picture
        self._height, self._width = picture.shape[:2]
        self._points = points
        low, high = points[:, :2].min(0), points[:, :2].max(0)
        self._face_width, self._face_height = high - low
        depth = points[list(_CHEEKS), 2].mean()
        self._centre = np.array([*((low + high) / 2), depth])
        self._ring, self._ring_follow = self._make_ring()
        self._edge = self._make_edge()
        self._source = np.concatenate([points[:, :2], self._ring[:, :2], self._edge])
        self._triangles = Delaunay(self._source).simplices

    def _make_ring(self) -> tuple[Points, Points]:
        angle = np.linspace(0, 2 * np.pi, _RING_STEPS, endpoint=False)
        x, y, depth = self._centre
        rings = [
            np.stack(
                [
                    x + size * self._face_width * np.cos(angle) * 0.62,
                    y + self._face_height * (size * np.sin(angle) * 0.66 - 0.08),
                    np.full_like(angle, depth),
                ],
                axis=1,
            )
            for size, _ in _RINGS
        ]
        return np.concatenate(rings), np.repeat([follow for _, follow in _RINGS], _RING_STEPS)

    def _make_edge(self) -> Points:
        right, bottom = self._width - 1, self._height - 1
        rows = [(x, y) for x in np.linspace(0, right, 9) for y in (0, bottom)]
        columns = [(x, y) for y in np.linspace(0, bottom, 7)[1:-1] for x in (0, right)]
        return np.array(rows + columns, np.float64)

    def frame(self, pose: Pose) -> Pixels:
        """The picture in that pose, BGR."""
        moved = self._opened(self._blinked(self._points, pose.blink), pose.jaw)
        turned = self._turned(moved, pose)
        ring = (
            self._ring
            + (self._turned(self._ring, pose) - self._ring) * (self._ring_follow[:, None])
        )
        shift = np.array(pose.shift)
        target = np.concatenate(
            [
                turned[:, :2] + shift,
                ring[:, :2] + shift * self._ring_follow[:, None],
                self._edge,
            ]
        )
        depth = np.concatenate([turned[:, 2], ring[:, 2], np.full(len(self._edge), 1e3)])
        x_map, y_map = self._maps(target, depth)
        out = cv2.remap(
            self._picture, x_map, y_map, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return _with_mouth(_with_lids(np.asarray(out, np.uint8), target, pose), target, pose)

    @staticmethod
    def _blinked(points: Points, blink: float) -> Points:
        out = points.copy()
        for upper, lower, crease, _ in _LIDS:
            gap = points[list(lower), :2] - points[list(upper), :2]
            out[list(upper), :2] += gap * blink * 1.02
            out[list(crease), :2] += gap * blink * 0.75
            out[list(lower), :2] -= gap * blink * 0.10
        return out

    def _opened(self, points: Points, jaw: float) -> Points:
        if jaw <= 0:
            return points
        mouth_y = points[list(_MOUTH_CORNERS), 1].mean()
        below = (points[:, 1] - mouth_y) / (points[_CHIN, 1] - mouth_y)
        aside = np.abs(points[:, 0] - self._centre[0]) / (self._face_width / 2)
        weight = np.where(below > 0, np.clip(0.55 + 0.45 * below, 0, 1), 0)
        weight *= np.clip(1 - aside**2, 0, 1)
        lower = list(_INNER_LOWER_LIP)
        weight[lower] = np.maximum(weight[lower], 0.95 * np.clip(1 - aside[lower] ** 2 * 2.2, 0, 1))
        corners = [*_MOUTH_CORNERS, *_OUTER_CORNERS]
        weight[[*_INNER_UPPER_LIP, *corners]] = 0
        out = points.copy()
        out[:, 1] += jaw * 0.20 * self._face_height * weight
        out[corners, 1] += jaw * 0.03 * self._face_height
        out[:, 0] += jaw * self._narrowed(points, mouth_y)
        return out

    def _narrowed(self, points: Points, mouth_y: float) -> Points:
        """Way to the middle, px: lips that part become round, or it is a smile with a hole."""
        from_middle = points[:, 0] - points[list(_MOUTH_CORNERS), 0].mean()
        aside = from_middle / (0.35 * self._face_width)
        off = (points[:, 1] - mouth_y) / (0.3 * self._face_height)
        return np.asarray(-0.6 * from_middle * np.exp(-1.5 * (aside**2 + off**2)), np.float64)

    def _turned(self, points: Points, pose: Pose) -> Points:
        """Turned about the neck, below and behind the face."""
        below_and_behind = np.array([0, 0.3 * self._face_height, 0.25 * self._face_width])
        pivot = self._centre + below_and_behind
        return np.asarray((points - pivot) @ _rotation(pose).T + pivot, np.float64)

    def _maps(self, target: Points, depth: Points) -> tuple[Map, Map]:
        """For every pixel where it comes from; near triangles are painted over far ones."""
        corners = np.concatenate(
            [target[self._triangles], np.ones((*self._triangles.shape, 1))], axis=2
        ).transpose(0, 2, 1)
        has_area = np.abs(np.linalg.det(corners)) > 1e-6  # noqa: PLR2004 - no area
        order = np.argsort(-depth[self._triangles].mean(1), kind="stable")
        order = order[has_area[order]]
        sources = self._source[self._triangles[order]].transpose(0, 2, 1)
        affine = (sources @ np.linalg.inv(corners[order])).astype(np.float32)
        covers = self._covered(target[self._triangles[order]])
        rows, columns = np.indices(covers.shape, np.float32)
        x_map, y_map = (
            affine[covers, axis, 0] * columns
            + affine[covers, axis, 1] * rows
            + affine[covers, axis, 2]
            for axis in (0, 1)
        )
        return x_map, y_map

    def _covered(self, triangles: Points) -> npt.NDArray[np.int32]:
        """Which triangle each pixel shows: the last painted one."""
        covers = np.zeros((self._height, self._width), np.int32)
        fixed = np.round(triangles * (1 << _SUBPIXEL_BITS)).astype(np.int32)
        for number, outline in enumerate(fixed):
            cv2.fillConvexPoly(covers, outline, number, shift=_SUBPIXEL_BITS)
        return covers


def _rotation(pose: Pose) -> Points:
    yaw, pitch, roll = (math.radians(angle) for angle in (pose.yaw, pose.pitch, pose.roll))
    about_y = [[math.cos(yaw), 0, math.sin(yaw)], [0, 1, 0], [-math.sin(yaw), 0, math.cos(yaw)]]
    about_x = [
        [1, 0, 0],
        [0, math.cos(pitch), -math.sin(pitch)],
        [0, math.sin(pitch), math.cos(pitch)],
    ]
    about_z = [[math.cos(roll), -math.sin(roll), 0], [math.sin(roll), math.cos(roll), 0], [0, 0, 1]]
    turned: Points = np.array(about_y) @ np.array(about_x) @ np.array(about_z)
    return turned


def _with_lids(picture: Pixels, target: Points, pose: Pose) -> Pixels:
    """A line of lashes where the lids meet."""
    if pose.blink <= 0.55:  # noqa: PLR2004 - open enough to show the eye
        return picture
    drawn = picture.copy()
    for _, lower, _, (outer, inner) in _LIDS:
        line = target[[outer, *lower, inner]].astype(np.int32)
        cv2.polylines(drawn, [line], isClosed=False, color=_LID_COLOUR, thickness=2)
    strength = 0.75 * pose.blink
    return np.asarray(cv2.addWeighted(picture, 1 - strength, drawn, strength, 0), np.uint8)


def _with_mouth(picture: Pixels, target: Points, pose: Pose) -> Pixels:
    """Darkness between the lips."""
    if pose.jaw <= 0.05:  # noqa: PLR2004 - closed
        return picture
    left, right = _MOUTH_CORNERS
    outline = target[[left, *_INNER_UPPER_LIP, right, *_INNER_LOWER_LIP[::-1]]].astype(np.int32)
    mask = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(mask, [outline], 255)
    soft = cv2.GaussianBlur(mask, (0, 0), 1.5)[..., None] / 255 * min(1.0, pose.jaw * 1.6)
    return (picture * (1 - soft) + np.array(_MOUTH_COLOUR) * soft).astype(np.uint8)
