"""A fake camera before which things change while it runs.

Stage: between the scenes' files and Chromium. Chromium reads its camera file frame by frame,
round and round; frames of all scenes are of one size, so they can be replaced under it.
"""

from __future__ import annotations

from pathlib import Path

from demo.camera import Scene
from demo.media_assets import fake_camera


class SwitchedCamera:
    """One camera file; :meth:`show` changes what stands before the camera at once."""

    def __init__(self, path: Path, assets: Path, scene: Scene = Scene.FACE) -> None:
        self.path = path
        self._assets = assets
        path.write_bytes(fake_camera(assets, scene).read_bytes())

    def prepare(self, *scenes: Scene) -> None:
        """Make the files of these scenes now, so that :meth:`show` is quick."""
        for scene in scenes:
            fake_camera(self._assets, scene)

    def show(self, scene: Scene) -> None:
        """Written over in place: a file cut short in between would end the capture."""
        frames = fake_camera(self._assets, scene).read_bytes()
        with self.path.open("r+b") as stream:
            if stream.seek(0, 2) != len(frames):
                raise ValueError("scenes must have equally many bytes")
            stream.seek(0)
            stream.write(frames)
