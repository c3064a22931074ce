"""478 points of a face by MediaPipe, and what follows from them: pose, eyes, mouth.

Stage: inside the observer process, which has left the network before this is imported:
MediaPipe contacts its vendor. Every picture stands alone (IMAGE mode): one landmarker serves
all sessions, nothing of one lingers in another's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from media_worker.observe.decoding import Pixels
from shuanglu.timeline.events import Metric

MARGIN = 0.55
"""The landmarker sees the detected face with so much of its size around it: in the whole
picture it misses faces below a fifth of the width."""
CROP_SIDE_PX = 448
_CHIN, _TOP, _UPPER_LIP, _LOWER_LIP = 152, 10, 13, 14
Points = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]


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


class FaceLandmarker:
    """MediaPipe's landmarker; one for the whole process."""

    def __init__(self, model: Path) -> None:
        # Loaded only now, behind the cut of the network: importing it starts threads.
        import mediapipe  # noqa: PLC0415
        from mediapipe.tasks.python import BaseOptions, vision  # noqa: PLC0415

        self._image: Any = mediapipe.Image
        self._format: Any = mediapipe.ImageFormat.SRGB
        self._landmarker: Any = vision.FaceLandmarker.create_from_options(
            vision.FaceLandmarkerOptions(
                base_options=BaseOptions(
                    model_asset_path=str(model), delegate=BaseOptions.Delegate.CPU
                ),
                running_mode=vision.RunningMode.IMAGE,
                output_face_blendshapes=True,
                output_facial_transformation_matrixes=True,
            )
        )

    def find(self, picture: Pixels, box: Box) -> Landmarks | None:
        """Landmarks of the face in the box (x, y, width, height); ``None`` if it sees none."""
        left, top, crop, scale = _cut(picture, box)
        if crop.size == 0:
            return None
        image = self._image(
            image_format=self._format,
            data=np.ascontiguousarray(cv2.cvtColor(crop, cv2.COLOR_BGR2RGB)),
        )
        found = self._landmarker.detect(image)
        if not found.face_landmarks:
            return None
        height, width = crop.shape[:2]
        points = np.array([(p.x * width, p.y * height) for p in found.face_landmarks[0]])
        yaw, pitch, roll = _angles(np.array(found.facial_transformation_matrixes[0]))
        shapes = {shape.category_name: shape.score for shape in found.face_blendshapes[0]}
        return Landmarks(points / scale + (left, top), yaw, pitch, roll, shapes)


def _cut(picture: Pixels, box: Box) -> tuple[int, int, Pixels, float]:
    x, y, width, height = box
    side = max(width, height) * (1 + 2 * MARGIN)
    left, top = round(x + width / 2 - side / 2), round(y + height / 2 - side / 2)
    left, top = max(0, left), max(0, top)
    crop: Pixels = picture[top : round(top + side), left : round(left + side)]
    scale = min(1.0, CROP_SIDE_PX / max(1, *crop.shape[:2]))
    if crop.size and scale < 1:
        small = cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
        crop = np.asarray(small, np.uint8)
    return left, top, crop, scale


def _angles(matrix: npt.NDArray[np.float64]) -> tuple[float, float, float]:
    """Yaw to the customer's own left, pitch down, roll to the own left shoulder; degrees."""
    turn = matrix[:3, :3] / np.linalg.norm(matrix[:3, :3], axis=0)
    yaw = math.atan2(turn[0, 2], turn[2, 2])
    pitch = math.asin(float(np.clip(-turn[1, 2], -1, 1)))
    roll = -math.atan2(turn[1, 0], turn[1, 1])
    return math.degrees(yaw), math.degrees(pitch), math.degrees(roll)
