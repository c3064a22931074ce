"""``python -m tests.observe.mediapipe_beside PICTURES.npz``: MediaPipe's own landmarks, as JSON.

A process of its own: MediaPipe contacts its vendor, so it leaves the network first.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from media_worker.isolation import cut_network
from tests.observe.encoding import Pixels


@dataclass(frozen=True)
class Beside:
    """What MediaPipe finds in one picture: points in pixels, angles in degrees as ours."""

    points: list[tuple[float, float]]
    yaw: float
    pitch: float
    roll: float
    shapes: dict[str, float]


def beside(pictures: list[Pixels], folder: Path, model: Path) -> list[Beside]:
    """MediaPipe's landmarks of the one face in each picture."""
    np.savez(folder / "pictures.npz", *pictures)
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", __name__, str(folder / "pictures.npz"), str(model)],
        capture_output=True,
        check=True,
        timeout=120,
    )
    return [Beside(**each) for each in json.loads(done.stdout.splitlines()[-1])]


def main() -> None:
    cut_network()
    pictures, model = np.load(sys.argv[1]), sys.argv[2]
    # Loaded only now: a process with threads cannot leave its network.
    import mediapipe  # noqa: PLC0415
    from mediapipe.tasks.python import BaseOptions, vision  # noqa: PLC0415

    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=model),
        running_mode=vision.RunningMode.IMAGE,
        output_face_blendshapes=True,
        output_facial_transformation_matrixes=True,
    )
    with vision.FaceLandmarker.create_from_options(options) as landmarker:
        seen = []
        for name in pictures.files:
            picture = pictures[name]
            image = mediapipe.Image(
                image_format=mediapipe.ImageFormat.SRGB, data=picture[:, :, ::-1].copy()
            )
            seen.append(asdict(_read(landmarker.detect(image), picture)))
    sys.stdout.write(json.dumps(seen) + "\n")


def _read(found: Any, picture: Pixels) -> Beside:
    height, width = picture.shape[:2]
    turn = np.array(found.facial_transformation_matrixes[0])[:3, :3]
    turn /= np.linalg.norm(turn, axis=0)
    return Beside(
        points=[(p.x * width, p.y * height) for p in found.face_landmarks[0]],
        yaw=math.degrees(math.atan2(turn[0, 2], turn[2, 2])),
        pitch=math.degrees(math.asin(-turn[1, 2])),
        roll=math.degrees(-math.atan2(turn[1, 0], turn[1, 1])),
        shapes={shape.category_name: float(shape.score) for shape in found.face_blendshapes[0]},
    )


if __name__ == "__main__":
    main()
