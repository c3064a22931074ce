"""Measures the recording path: CPU against MediaRecorder, sessions a core, memory a session.

Everything on loopback, sender and recorder in processes of their own, in one run;
720p30 VP8 at about 1.5 Mbit/s with Opus. Our figures include SRTP, hashing, journal,
``fdatasync`` and putting segments into a folder of objects. A session-second is a second
of pictures that was recorded: MediaRecorder falls behind real time on a busy machine.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.media.assets import FPS, make_media

CPU_RATIO_TARGET = 50.0
SESSIONS_PER_CORE_TARGET = 100.0
MEMORY_TARGET_MB = 2.0
MANY = 16
WARM_S = 4.0
ALONE_S = 8.0
MANY_S = 12.0
BITRATE_BPS = 1_500_000
LOOP_SECONDS = 4
FULL_RATE = 0.97


@dataclass(frozen=True)
class Measured:
    """One run of a recorder under load."""

    sessions: int
    cpu_s_per_session_s: float
    cpu_s_per_wall_s: float
    private_mb_per_session: float
    pictures_per_session_s: float
    failures: int


def run() -> list[dict[str, Any]]:
    """All results of this file; takes about a minute."""
    with tempfile.TemporaryDirectory(prefix="bench-recorder-") as name:
        folder = Path(name)
        media = folder / "media.pickle"
        encoded = make_media(
            "VP8",
            width=1280,
            height=720,
            bitrate_bps=BITRATE_BPS,
            seconds=LOOP_SECONDS,
            key_every=2 * FPS,
        )
        media.write_bytes(pickle.dumps(encoded))
        bits = 8 * sum(len(p.data) for p in encoded.video) / LOOP_SECONDS
        stock = measure("stock", media, folder / "stock", sessions=1, seconds=ALONE_S)
        alone = measure("ours", media, folder / "alone", sessions=1, seconds=ALONE_S)
        many = measure("ours", media, folder / "many", sessions=MANY, seconds=MANY_S)
    return results(stock, alone, many, video_bps=round(bits))


def results(
    stock: Measured, alone: Measured, many: Measured, *, video_bps: int
) -> list[dict[str, Any]]:
    """The three named results; none holds when pictures were lost or recording failed."""
    whole = all(
        m.pictures_per_session_s >= FULL_RATE * FPS and not m.failures for m in (alone, many)
    )
    ratio = stock.cpu_s_per_session_s / alone.cpu_s_per_session_s
    per_core = 1 / many.cpu_s_per_session_s
    memory = many.private_mb_per_session
    media = {"video_bps": video_bps, "picture": "1280x720", "fps": FPS}
    return [
        {
            "name": "recorder_cpu_vs_mediarecorder",
            "value": round(ratio, 1),
            "unit": "times",
            "target": CPU_RATIO_TARGET,
            "holds": whole and ratio >= CPU_RATIO_TARGET,
            "details": {
                "stock": vars_of(stock),
                "ours": vars_of(alone),
                "media": media,
                # For a reader who would not credit ours with the pictures that stock lost.
                "ratio_by_wall_time": round(stock.cpu_s_per_wall_s / alone.cpu_s_per_wall_s, 1),
            },
        },
        {
            "name": "sessions_per_core",
            "value": round(per_core, 1),
            "unit": "sessions",
            "target": SESSIONS_PER_CORE_TARGET,
            "holds": whole and per_core >= SESSIONS_PER_CORE_TARGET,
            "details": {"ours": vars_of(many), "media": media},
        },
        {
            "name": "memory_per_session_mb",
            "value": round(memory, 2),
            "unit": "MB",
            "target": MEMORY_TARGET_MB,
            "holds": whole and memory <= MEMORY_TARGET_MB,
            "details": {"ours": vars_of(many), "media": media},
        },
    ]


def vars_of(measured: Measured) -> dict[str, float]:
    return {
        "sessions": measured.sessions,
        "cpu_s_per_session_s": round(measured.cpu_s_per_session_s, 5),
        "cpu_s_per_wall_s": round(measured.cpu_s_per_wall_s, 5),
        "private_mb_per_session": round(measured.private_mb_per_session, 3),
        "pictures_per_session_s": round(measured.pictures_per_session_s, 2),
        "failures": measured.failures,
    }


def measure(kind: str, media: Path, folder: Path, *, sessions: int, seconds: float) -> Measured:
    """Start a recorder and its phones, let them warm up, and look twice."""
    folder.mkdir()
    with started("bench.recorder_process", kind, str(folder)) as (recorder, port_line):
        port = int(port_line)
        idle = stats(port)
        with started("bench.load_phones", str(media), str(sessions), str(port)):
            time.sleep(WARM_S)
            before = stats(port)
            time.sleep(seconds)
            after = stats(port)
        recorder.kill()
    session_s = (after["at_s"] - before["at_s"]) * sessions
    pictures = after["video"] - before["video"]
    # A recorder that falls behind has not earned the seconds that it did not record.
    recorded_s = min(session_s, pictures / FPS)
    return Measured(
        sessions=sessions,
        cpu_s_per_session_s=(after["cpu_s"] - before["cpu_s"]) / max(recorded_s, 1 / FPS),
        cpu_s_per_wall_s=(after["cpu_s"] - before["cpu_s"]) / session_s,
        private_mb_per_session=(after["private_kb"] - idle["private_kb"]) / 1024 / sessions,
        pictures_per_session_s=pictures / session_s,
        failures=after["failures"],
    )


@contextmanager
def started(module: str, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process and the first line that it prints; ended afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"{module} did not start")
        yield process, line
    finally:
        process.kill()
        process.wait()


def stats(port: int) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/stats", timeout=30) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
