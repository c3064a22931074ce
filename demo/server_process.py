"""An embedded server in a process of its own, with a data folder of its own.

Stage: for tests, benchmarks and measurements that must be able to kill it. It is started
as a user would, by the command line.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from shuanglu.errors import UnavailableError

START_TIMEOUT_S = 180.0
"""The first start renders the script's speech; later starts take seconds."""
PRIORITY = -11
"""Above the browsers beside it (Chromium raises parts of itself to -8): in truth they are on other
machines, and a server that waits behind four of them for every turn of its loop is no server."""
ANNOUNCED_WITHIN_S = 5.0
_LOGIN = re.compile(r"首次登录: (\S+) / (\S+)")


def free_port() -> int:
    """A TCP port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class ServerProcess:
    """``shuanglu run`` under our control; survives its own death by being started again."""

    data_dir: Path
    http_port: int = field(default_factory=free_port)
    https_port: int = field(default_factory=free_port)
    environment: dict[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def origin(self) -> str:
        """Where this machine reaches the pages."""
        return f"http://localhost:{self.http_port}"

    @property
    def pid(self) -> int:
        """The process; raises ``UnavailableError`` when it does not run."""
        if self._process is None:
            raise UnavailableError("the server does not run")
        return self._process.pid

    @property
    def output(self) -> Path:
        """What it prints."""
        return self.data_dir / "output.txt"

    @property
    def log(self) -> Path:
        """Its structured log."""
        return self.data_dir / "logs" / "shuanglu.jsonl"

    def start(self) -> None:
        """Start and wait until it is ready."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        errors = self.data_dir / "errors.txt"
        with self.output.open("ab") as out, errors.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "embedded", "run"],
                stdout=out,
                stderr=log,
                env={**os.environ, **self._settings(), **self.environment},
            )
        with suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, self._process.pid, PRIORITY)
        self._wait_until_ready()

    def _settings(self) -> dict[str, str]:
        return {
            "SHUANGLU_EMBEDDED_DATA_DIR": str(self.data_dir),
            "SHUANGLU_EMBEDDED_HTTP_PORT": str(self.http_port),
            "SHUANGLU_EMBEDDED_HTTPS_PORT": str(self.https_port),
            "SHUANGLU_EMBEDDED_INVITATIONS_TO": "localhost",
            "PYTHONUNBUFFERED": "1",
        }

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < until:
            if self._process is None or self._process.poll() is not None:
                raise UnavailableError(f"the server ended by itself; see {self.log}")
            if _is_ready(f"{self.origin}/readyz"):
                return
            time.sleep(0.1)
        raise UnavailableError("the server was not ready in time")

    def kill(self) -> None:
        """SIGKILL: no goodbye, nothing flushed."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM, as an operator would; idempotent."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def first_login(self) -> tuple[str, str]:
        """Name and password that the first start printed."""
        until = time.monotonic() + ANNOUNCED_WITHIN_S
        while time.monotonic() < until:
            found = _LOGIN.search(self.output.read_text(encoding="utf-8"))
            if found is not None:
                return found.group(1), found.group(2)
            time.sleep(0.05)
        raise UnavailableError("the server printed no login")


async def restarted(server: ServerProcess) -> None:
    """Start again without blocking the event loop."""
    await asyncio.to_thread(server.start)


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own http address
            return bool(answer.status == HTTPStatus.OK)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
