"""A secret in a file that only we can read: made once, atomically, or refused.

Stage: below the file adapters of keys and tokens. It never prints, logs or copies a
secret, and never repairs a file whose rights are too wide: it has been readable.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path

from backing.durable import sync_folder
from shuanglu.errors import NotAllowedError

MAX_SECRET_BYTES = 65_536
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def load_or_create(path: Path, create: Callable[[], bytes]) -> bytes:
    """The file's bytes; makes it from ``create`` when it is absent.

    Two processes that start together end up with the same bytes. Raises
    ``NotAllowedError`` when group or others may touch the file, or it is not ours.
    """
    with contextlib.suppress(FileNotFoundError):
        return _load(path)
    _create(path, create())
    return _load(path)


def _load(path: Path) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise NotAllowedError("the key file cannot be opened safely") from error
    with os.fdopen(handle, "rb") as file:
        _require_private(os.fstat(handle))
        return file.read(MAX_SECRET_BYTES)


def _require_private(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise NotAllowedError("the key file is not a file")
    if status.st_mode & _OTHERS:
        raise NotAllowedError("the key file can be read by others: set its mode to 0600")
    if status.st_uid != os.geteuid():
        raise NotAllowedError("the key file belongs to another user")


def _create(path: Path, secret: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(handle)
        with contextlib.suppress(FileExistsError):  # another process was first: its bytes count
            os.link(temporary, path)
    finally:
        temporary.unlink()
    sync_folder(path.parent)
