"""478 points of a face by MediaPipe's networks, and what follows from them: pose, eyes, mouth.

Stage: inside the observer process, after the face was found. The networks of MediaPipe's "Face
Landmarker" run in LiteRT, as they do inside MediaPipe, but without its own search for the face,
its threads, and its messages to its vendor. Every picture stands alone.
"""

from __future__ import annotations

import math
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from media_worker.observe.decoding import Pixels
from media_worker.observe.face_region import FaceRegion, Points
from media_worker.observe.head_pose import CanonicalFace
from shuanglu.timeline.events import Metric

SIDE_PX = 256
"""Of the picture that the network looks at."""
PRESENT_ABOVE = 0.5
"""MediaPipe's own threshold for "there is a face"."""
LEANS_FROM = math.radians(10)
"""YuNet's eyes follow a leaning head by a quarter only."""
_OF_WHITE = np.float32(1 / 255)
POSE_FRAME, POSE_ABOVE = 1.55, 0.044
"""Side of the picture that the assumed camera took, and how far above the region's its middle is,
in sides of the region: the face's box is in its middle and fills half of it."""
_GEOMETRY = "geometry_pipeline_metadata_landmarks.binarypb"
_CHIN, _TOP, _UPPER_LIP, _LOWER_LIP = 152, 10, 13, 14


@dataclass(frozen=True, slots=True)
class Landmarks:
    """``points`` (x, y) in pixels of the picture; angles in degrees; shapes 0 to 1."""

    points: Points
    yaw: float
    pitch: float
    roll: float
    shapes: dict[str, float]

    def metrics(self) -> dict[Metric, float]:
        """Pose, eyes and mouth."""
        shape = self.shapes
        return {
            Metric.YAW: self.yaw,
            Metric.PITCH: self.pitch,
            Metric.ROLL: self.roll,
            Metric.BLINK: min(shape["eyeBlinkLeft"], shape["eyeBlinkRight"]),
            Metric.GAZE_OFF: self._gaze_off(),
            Metric.JAW_OPEN: shape["jawOpen"],
            Metric.LIP_GAP: self._distance(_UPPER_LIP, _LOWER_LIP) / self.height,
        }

    @property
    def height(self) -> float:
        """From the hair to the chin, px."""
        return max(1.0, self._distance(_TOP, _CHIN))

    def _gaze_off(self) -> float:
        """How far both eyes look aside, up or down, against the head."""
        out, into = "eyeLookOut", "eyeLookIn"
        left = self.shapes[out + "Left"] - self.shapes[into + "Left"]
        right = self.shapes[into + "Right"] - self.shapes[out + "Right"]
        up = self.shapes["eyeLookUpLeft"] + self.shapes["eyeLookUpRight"]
        down = self.shapes["eyeLookDownLeft"] + self.shapes["eyeLookDownRight"]
        return max(abs(left + right), abs(up - down)) / 2

    def _distance(self, first: int, second: int) -> float:
        return float(np.linalg.norm(self.points[first] - self.points[second]))


_SHAPED = np.array([
    0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65,
    66, 67, 70, 78, 80, 81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136,
    144, 145, 146, 148, 149, 150, 152, 153, 154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172,
    173, 176, 178, 181, 185, 191, 195, 197, 234, 246, 249, 251, 263, 267, 269, 270, 276, 282, 283,
    284, 285, 288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312, 314, 317, 318, 321, 323, 324,
    332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377, 378, 379, 380, 381, 382, 384, 385,
    386, 387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466, 468, 469, 470, 471, 472,
    473, 474, 475, 476, 477,
])  # fmt: skip
"""The 146 points that the network of shapes is given (MediaPipe, ``face_blendshapes_graph.cc``)."""
_SHAPES = {
    "eyeBlinkLeft": 9,
    "eyeBlinkRight": 10,
    "eyeLookDownLeft": 11,
    "eyeLookDownRight": 12,
    "eyeLookInLeft": 13,
    "eyeLookInRight": 14,
    "eyeLookOutLeft": 15,
    "eyeLookOutRight": 16,
    "eyeLookUpLeft": 17,
    "eyeLookUpRight": 18,
    "jawOpen": 25,
}
"""Which of its 52 shapes are used (the same file)."""


class FaceLandmarker:
    """Both networks; one for the whole process."""

    def __init__(self, model: Path) -> None:
        with zipfile.ZipFile(model) as task:
            self._points = _Network(task.read("face_landmarks_detector.tflite"))
            self._shapes = _Network(task.read("face_blendshapes.tflite"))
            self._face = CanonicalFace.read(task.read(_GEOMETRY))

    def find(self, picture: Pixels, region: FaceRegion) -> Landmarks | None:
        """Landmarks of the face in the region; ``None`` if there is none.

        A head that leans more than the region does is looked at again, upright.
        """
        found = self._look(picture, region)
        if found is None:
            return None
        upright = FaceRegion.of_points(found.points)
        leans = abs(math.remainder(upright.angle - region.angle, math.tau)) > LEANS_FROM
        return self._look(picture, upright) if leans else found

    def _look(self, picture: Pixels, region: FaceRegion) -> Landmarks | None:
        small = cv2.cvtColor(region.cut_from(picture, SIDE_PX), cv2.COLOR_BGR2RGB)
        spots, present = self._points.run(small.astype(np.float32) * _OF_WHITE)[:2]
        if 1 / (1 + math.exp(-float(present.item()))) < PRESENT_ABOVE:
            return None
        points = spots.reshape(-1, 3).astype(np.float64) / SIDE_PX
        points[:, :2] = region.in_picture(points[:, :2])
        (shapes,) = self._shapes.run(points[_SHAPED, :2].astype(np.float32))
        angles = self._face.angles(_in_frame(points, region))
        return Landmarks(
            points[:, :2],
            *angles,
            {name: float(shapes[number]) for name, number in _SHAPES.items()},
        )


def _in_frame(points: Points, region: FaceRegion) -> Points:
    """In shares of the picture around the region that the assumed camera took."""
    middle = (region.x, region.y - POSE_ABOVE * region.side)
    across = (points[:, :2] - middle) / (POSE_FRAME * region.side) + 0.5
    return np.column_stack([across, points[:, 2] / POSE_FRAME])


class _Network:
    """One of a task's networks, on one thread."""

    def __init__(self, model: bytes) -> None:
        self._interpreter: Any = Interpreter(model_content=model, num_threads=1)
        self._interpreter.allocate_tensors()
        (given,) = self._interpreter.get_input_details()
        self._given = given["index"]
        self._outputs = [each["index"] for each in self._interpreter.get_output_details()]

    def run(self, given: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float32]]:
        """Its outputs, in its own order, for one input."""
        self._interpreter.set_tensor(self._given, given[None])
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(each) for each in self._outputs]
