"""What the processes that run models have used of a core so far, seen from outside (Linux proc).

Stage: beside a running server. Speech that is rendered is no analysis and is not counted.
"""

from __future__ import annotations

import os
from pathlib import Path

ANALYSIS = {"observer": "media_worker.observe.process", "words": "media_worker.recognise.process"}
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_USER_FIELD, _SYSTEM_FIELD = 11, 12
"""Places in ``/proc/[pid]/stat`` (proc(5)), from 0, behind the name: that may hold blanks."""


def analysis_seconds(server_pid: int) -> dict[str, float]:
    """CPU seconds of the server's observers and of its recognisers, all of them together."""
    used = dict.fromkeys(ANALYSIS, 0.0)
    for pid in _descendants(server_pid):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue  # it ended between two looks
        for name, module in ANALYSIS.items():
            if command.split("\0")[1:3] == ["-m", module]:
                used[name] += cpu_seconds(pid)
    return used


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *_descendants(int(child))]
    return found


def cpu_seconds(pid: int) -> float:
    """Seconds of a core that a process has used."""
    text = Path(f"/proc/{pid}/stat").read_text()
    after_name = text.rpartition(")")[2].split()
    return (int(after_name[_USER_FIELD]) + int(after_name[_SYSTEM_FIELD])) / _TICKS_PER_S
