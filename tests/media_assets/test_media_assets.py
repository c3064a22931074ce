from __future__ import annotations

import json
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from demo.camera import FRAME_COUNT, FRAMES_A_SECOND, LOOP_S, Scene, frames, pose_at
from demo.media_assets import fake_camera, fake_microphone
from demo.portrait import HEIGHT_PX, WIDTH_PX, landmarks
from media_worker.models.registry import ModelRegistry, ModelSettings
from media_worker.observe.detection import FaceDetector

ARTIFACTS = Path(__file__).parents[1] / "artifacts" / "media"
FRAME_BYTES = WIDTH_PX * HEIGHT_PX * 3 // 2 + len(b"FRAME\n")


@pytest.mark.parametrize("scene", [Scene.FACE, Scene.BLACK])
def test_the_fake_camera_is_a_whole_y4m(scene: Scene) -> None:
    path = fake_camera(ARTIFACTS, scene)
    with path.open("rb") as stream:
        header = stream.readline()
        assert stream.readline() == b"FRAME\n"
    assert header == b"YUV4MPEG2 W640 H480 F15:1 Ip A1:1 C420mpeg2\n"
    assert path.stat().st_size == len(header) + FRAME_COUNT * FRAME_BYTES


def test_what_is_made_is_kept(tmp_path: Path) -> None:
    first = fake_camera(tmp_path, Scene.BLACK)
    made_ns = first.stat().st_mtime_ns
    assert fake_camera(tmp_path, Scene.BLACK) == first
    assert first.stat().st_mtime_ns == made_ns
    assert [path.name for path in tmp_path.iterdir()] == [first.name]


def test_the_loop_has_no_seam() -> None:
    end, begin = pose_at(LOOP_S - 1e-6), pose_at(0.0)
    assert end.yaw == pytest.approx(begin.yaw, abs=0.01)
    assert end.shift == pytest.approx(begin.shift, abs=0.01)
    assert (end.blink, end.jaw) == pytest.approx((begin.blink, begin.jaw), abs=0.01)


def test_the_face_blinks_turns_and_speaks() -> None:
    poses = [pose_at(n / FRAMES_A_SECOND) for n in range(FRAME_COUNT)]
    assert max(pose.blink for pose in poses) == 1
    assert max(pose.jaw for pose in poses) > 0.4
    assert max(pose.yaw for pose in poses) > 10
    assert min(pose.yaw for pose in poses) < -10


def test_one_face_is_found_in_every_frame() -> None:
    detector = FaceDetector(ModelRegistry(ModelSettings()).get("face_detection").path)
    counts = [len(detector.find(p)) for n, p in enumerate(frames(Scene.FACE)) if n % 5 == 0]
    assert counts == [1] * len(counts)


def test_the_committed_landmarks_are_what_the_model_finds() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "demo.find_landmarks"],
        capture_output=True,
        check=False,
        timeout=60,
    )
    if done.returncode == 1 and b"cannot be cut off" in done.stderr:
        pytest.skip("no network namespaces here; MediaPipe is not run with a network")
    found = np.array(json.loads(done.stdout))
    assert np.abs(found - landmarks()).max() <= 1.0


def test_the_fake_microphone_speaks_every_few_seconds() -> None:
    with wave.open(str(fake_microphone(ARTIFACTS))) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (48_000, 1, 2)
        samples = np.frombuffer(sound.readframes(sound.getnframes()), np.int16) / 32768
    level = np.abs(np.tile(samples, 2)[: len(samples) * 2 // 4800 * 4800]).reshape(-1, 4800).max(1)
    quiet = "".join(".#"[int(loud)] for loud in level > 0.1).split("#")
    assert max(len(run) for run in quiet) < 20, "a pause of two seconds or more"
    assert 3 < len(samples) / 48_000 < 15
