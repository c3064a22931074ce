"""``python -m demo.find_landmarks [PICTURE]``: find a portrait's landmarks.

Stage: maintenance; those of the demonstration's portrait are committed. Runs without
network: MediaPipe contacts its vendor when a landmarker closes.
"""

from __future__ import annotations

import json
import sys

from media_worker.isolation import cut_network


def find(picture_path: str | None = None) -> list[list[float]]:
    """The 468 points, in pixels, to a tenth; raises ``IndexError`` where there is no face."""
    # Loaded only now: a process with threads cannot leave its network.
    import cv2  # noqa: PLC0415
    import mediapipe as mp  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415
    from mediapipe.tasks.python import BaseOptions, vision  # noqa: PLC0415

    from demo.portrait import LANDMARK_COUNT, portrait  # noqa: PLC0415 - as above
    from media_worker.models.registry import (  # noqa: PLC0415 - as above
        ModelRegistry,
        ModelSettings,
    )

    model = ModelRegistry(ModelSettings()).get("face_landmarks")
    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(model.path)),
        running_mode=vision.RunningMode.IMAGE,
    )
    picture = np.asarray(cv2.imread(picture_path), np.uint8) if picture_path else portrait()
    height, width = picture.shape[:2]
    with vision.FaceLandmarker.create_from_options(options) as landmarker:
        image = mp.Image(image_format=mp.ImageFormat.SRGB, data=picture[:, :, ::-1].copy())
        found = landmarker.detect(image).face_landmarks[0][:LANDMARK_COUNT]
    return [[round(p.x * width, 1), round(p.y * height, 1), round(p.z * width, 1)] for p in found]


def main() -> None:
    """Write the landmarks to stdout as JSON; refuse to run with a network."""
    if not cut_network():
        sys.stderr.write("this process cannot be cut off from the network; not run\n")
        raise SystemExit(1)
    picture_path = sys.argv[1] if len(sys.argv) > 1 else None
    sys.stdout.write(json.dumps(find(picture_path), separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
