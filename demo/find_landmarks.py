"""``python -m demo.find_landmarks``: find the portrait's landmarks again.

Stage: maintenance; the result is committed. Runs without network: MediaPipe
contacts its vendor when a landmarker closes.
"""

from __future__ import annotations

import json
import sys

from media_worker.isolation import cut_network


def find() -> list[list[float]]:
    """The 468 points, in pixels, to a tenth."""
    # Loaded only now: a process with threads cannot leave its network.
    import mediapipe as mp  # noqa: PLC0415
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
    picture = portrait()
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
    sys.stdout.write(json.dumps(find(), separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
