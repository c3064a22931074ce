"""One server per data folder, and its ports taken before anything else is touched.

Two servers on one folder would each think that the other's recordings were left behind.
"""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shuanglu.errors import ConflictError


class CannotStartError(ConflictError):
    """The server cannot start here now; the detail says what to do."""

    code = "cannot_start"


@contextmanager
def exclusive(data_dir: Path) -> Iterator[None]:
    """Hold the folder for this process; the kernel lets go of it however the process ends."""
    handle = os.open(data_dir / "in-use.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStartError(
                f"another server is running on the folder {data_dir}; stop it first, or set "
                "SHUANGLU_EMBEDDED_DATA_DIR · 该数据目录已有服务在运行"
            ) from None
        yield
    finally:
        os.close(handle)


def bound(address: str, port: int, *, setting: str) -> socket.socket:
    """A listening socket; raises :class:`CannotStartError` naming the setting to change."""
    try:
        return socket.create_server((address, port))
    except OSError as error:
        raise CannotStartError(
            f"port {port} cannot be used ({os.strerror(error.errno or 0)}); "
            f"set {setting} to another · 端口 {port} 不可用"
        ) from None
