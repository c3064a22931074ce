"""How fast this machine is: for reading figures that are seconds of a core.

Two cores that share one pipeline are not two: a second of either holds less work while the other
is busy, too. A figure in seconds of a core says little without this.
"""

from __future__ import annotations

import os
import subprocess
import sys

_LOOP = """
import time
began, total = time.process_time(), 0
for number in range(10_000_000):
    total += number
print(time.process_time() - began)
"""


def yardstick() -> dict[str, float]:
    """Seconds of a core for one fixed loop: alone, and while every core runs it (the longest)."""
    return {
        "loop_alone_s": _longest_s(1),
        "loop_on_every_core_s": _longest_s(os.cpu_count() or 1),
    }


def _longest_s(at_once: int) -> float:
    command = [sys.executable, "-c", _LOOP]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(at_once)]
    return round(max(float(each.communicate()[0]) for each in running), 2)
