"""Opens the local file that is to be stored, and nothing else in its place.

Stage: the entrance of ``put_file`` in every object store. A folder, a link or a device
under that name is refused; it never reads ahead.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from shuanglu.errors import InvalidInputError

READ_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC


@contextlib.contextmanager
def opened_file(path: Path) -> Iterator[int]:
    """A descriptor of a regular file; raises ``InvalidInputError`` for anything else."""
    try:
        handle = os.open(path, READ_FLAGS)
    except OSError as error:
        raise InvalidInputError("the file cannot be read", field="path") from error
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise InvalidInputError("that is not a file", field="path")
        yield handle
    finally:
        os.close(handle)
