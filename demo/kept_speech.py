"""A server that need not render again what an earlier one has spoken.

Stage: around a server process, for tests and measurements. Speech is named by its hash, so
what was kept is the same speech or is not found.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.server_process import ServerProcess

_PARTS = ("prompts", "objects/prompts")


@contextmanager
def served(process: ServerProcess, kept: Path) -> Iterator[ServerProcess]:
    """Start and stop it; what it has rendered is kept."""
    _copy(kept, process.data_dir)
    process.start()
    _copy(process.data_dir, kept)
    try:
        yield process
    finally:
        process.stop()
        _copy(process.data_dir, kept)  # the slow voice came later


def _copy(source: Path, target: Path) -> None:
    for part in _PARTS:
        if (source / part).exists():
            shutil.copytree(source / part, target / part, dirs_exist_ok=True)
