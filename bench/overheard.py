"""Hands on what the media worker says to a process that runs models, and keeps it with its times.

``python -m bench.overheard FOLDER COMMAND…`` is put before the command (the ``launcher`` of the
observers and recognisers). Stage: beside a server that is measured. It changes nothing that it
hands on; what it keeps holds pictures and voices, so it is for synthetic customers alone.
"""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from media_worker.pipe import frames

_BEFORE = struct.Struct(">dII")
LENGTHS = struct.Struct(">II")
"""Before every message: of its header, of its body."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message, and when it was said (a monotonic clock, seconds)."""

    at_s: float
    header: bytes
    body: bytes

    @property
    def kind(self) -> str:
        """What sort of message it is."""
        return str(json.loads(self.header).get("type", "request"))


@dataclass(frozen=True, slots=True)
class Conversation:
    """All that one process was told."""

    command: list[str]
    said: list[Said]


def launcher(folder: Path) -> str:
    """As a setting of the environment."""
    return json.dumps([sys.executable, "-m", "bench.overheard", str(folder)])


def conversations(folder: Path) -> list[Conversation]:
    """What was kept of every process."""
    commands = sorted(folder.glob("*.json"))
    return [
        Conversation(json.loads(each.read_text()), list(_said(each.with_suffix(".said"))))
        for each in commands
    ]


def _said(kept: Path) -> Iterator[Said]:
    data, at = kept.read_bytes(), 0
    while at + _BEFORE.size <= len(data):
        at_s, header, body = _BEFORE.unpack_from(data, at)
        at += _BEFORE.size
        if at + header + body > len(data):
            return  # it was ended over this one
        yield Said(at_s, data[at : at + header], data[at + header : at + header + body])
        at += header + body


def main(folder: Path, command: list[str]) -> int:
    """Hand on until the pipe closes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{os.getpid()}.json").write_text(json.dumps(command))
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE) as process,
        (folder / f"{os.getpid()}.said").open("wb") as kept,
    ):
        if process.stdin is None:
            return 1
        for header, body in frames(sys.stdin.buffer):
            kept.write(_BEFORE.pack(time.monotonic(), len(header), len(body)) + header + body)
            process.stdin.write(LENGTHS.pack(len(header), len(body)) + header + body)
            process.stdin.flush()
        process.stdin.close()
        return process.wait()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
