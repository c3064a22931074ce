from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from demo.camera import Scene
from media_worker.isolation import has_no_network
from media_worker.models.registry import ModelRegistry
from media_worker.observe.pool import ObserverPool, ObserverSettings
from shuanglu.timeline.events import Metric
from tests.observe.encoding import Pixels
from tests.observe.process_under_test import ProcessUnderTest

_CONNECT = """
import socket, sys
from media_worker.isolation import cut_network
isolated = cut_network() if sys.argv[1] == "cut" else False
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[2])), timeout=5).close()
    print(isolated, "connected")
except OSError:
    print(isolated, "refused")
"""


def _child(mode: str, port: int) -> str:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", _CONNECT, mode, str(port)],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return done.stdout.strip()


def test_a_process_that_cut_its_network_cannot_connect() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert _child("leave", port) == "False connected"
        # Where the system forbids namespaces the status must say so, not pretend.
        assert _child("cut", port) in {"True refused", "False connected"}


async def test_the_observer_process_says_truthfully_whether_it_is_isolated(
    registry: ModelRegistry,
) -> None:
    pool = ObserverPool(ObserverSettings(), registry)
    await pool.start()
    (pid,) = pool.processes
    apart = await asyncio.to_thread(_is_apart, pid)
    assert pool.status().isolated == apart
    await pool.stop()
    assert pool.processes == ()


def _is_apart(pid: int) -> bool:
    namespace = Path(f"/proc/{pid}/ns/net").readlink()
    routes = Path(f"/proc/{pid}/net/route").read_text("ascii").splitlines()[1:]
    return namespace != Path("/proc/self/ns/net").readlink() and not routes


def test_no_library_can_reach_anybody_from_any_of_its_threads(
    observed: ProcessUnderTest, pictures: Callable[[Scene], list[Pixels]]
) -> None:
    (seen,) = observed.metrics(pictures(Scene.FACE)[:1])
    assert Metric.YAW in seen
    if not observed.ready.isolated:
        pytest.skip("this system permits no network namespaces; the status says so")
    process = Path(f"/proc/{observed.pid}")
    threads = list((process / "task").iterdir())
    assert len(threads) > 1
    spaces = {(thread / "ns" / "net").readlink() for thread in threads}
    assert spaces.isdisjoint({Path("/proc/self/ns/net").readlink()})
    assert len(spaces) == 1
    interfaces = (process / "net" / "dev").read_text("ascii").splitlines()[2:]
    assert [line.split(":")[0].strip() for line in interfaces] in ([], ["lo"])
    for table in ("tcp", "tcp6", "udp", "udp6", "raw"):
        assert (process / "net" / table).read_text("ascii").splitlines()[1:] == []


def test_this_process_has_a_network() -> None:
    assert has_no_network() is False
