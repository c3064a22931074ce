"""One server per data folder; a busy port is told with the setting that changes it."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from demo.server_process import free_port
from embedded.exclusive import CannotStartError, bound, exclusive

HOLD = """
import sys, pathlib
from embedded.exclusive import exclusive
with exclusive(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_server_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    first = subprocess.Popen(  # noqa: S603 - our own interpreter and our own text
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert first.stdout is not None
    assert first.stdout.readline() == b"held\n"
    with pytest.raises(CannotStartError, match="another server"), exclusive(tmp_path):
        pass
    first.kill()
    first.communicate()
    with exclusive(tmp_path):
        assert (tmp_path / "in-use.lock").exists()


def test_a_busy_port_names_its_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotStartError, match=f"port {port} .* set SOME_PORT"):
            bound("127.0.0.1", port, setting="SOME_PORT")


def test_a_free_port_is_bound() -> None:
    port = free_port()
    with bound("127.0.0.1", port, setting="SOME_PORT") as listening:
        assert listening.getsockname()[1] == port
