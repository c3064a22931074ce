"""Whom the server and its processes talk to, watched from outside (Linux proc).

Stage: beside a running server. A connection that lives shorter than two looks can be missed;
the processes that run models have no network at all, which is looked at, too.
"""

from __future__ import annotations

import ipaddress
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

LOOK_EVERY_S = 0.02
_TABLES = ("tcp", "tcp6", "udp", "udp6")


class Contacts:
    """Collects remote addresses of a process and its children while it is open."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="contacts", daemon=True)
        self.remote: set[str] = set()
        self.with_network: set[str] = set()
        """Modules of child processes that see another interface than a loopback."""
        self.looks = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def foreign(self) -> set[str]:
        """Addresses that are not of this machine's own networks."""
        return {each for each in self.remote if ipaddress.ip_address(each).is_global}

    def _watch(self) -> None:
        while not self._over.wait(LOOK_EVERY_S):
            self.looks += 1
            for pid in (self._pid, *_children(self._pid)):
                self._look(pid)

    def _look(self, pid: int) -> None:
        try:
            sockets = _sockets(pid)
            for table in _TABLES:
                self.remote |= _remote(Path(f"/proc/{pid}/net/{table}"), sockets)
            if pid != self._pid and _sees_a_network(pid):
                self.with_network.add(_module(pid))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return  # it has just ended


def _children(pid: int) -> list[int]:
    found = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in file.read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def _sockets(pid: int) -> set[str]:
    inodes = set()
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(handle.readlink())
        except (FileNotFoundError, ProcessLookupError):
            continue
        if target.startswith("socket:["):
            inodes.add(target[len("socket:[") : -1])
    return inodes


def _remote(table: Path, inodes: set[str]) -> set[str]:
    addresses = set()
    for line in table.read_text("ascii").splitlines()[1:]:
        fields = line.split()
        if fields[9] in inodes:
            addresses.add(_address(fields[2].split(":")[0]))
    return addresses


def _address(hexadecimal: str) -> str:
    """The kernel writes words of four bytes in the machine's order."""
    raw = bytes.fromhex(hexadecimal)
    words = [raw[start : start + 4][::-1] for start in range(0, len(raw), 4)]
    address = ipaddress.ip_address(b"".join(words))
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def _sees_a_network(pid: int) -> bool:
    lines = Path(f"/proc/{pid}/net/dev").read_text("ascii").splitlines()[2:]
    return {line.split(":")[0].strip() for line in lines} != {"lo"}


def _module(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    return words[words.index("-m") + 1] if "-m" in words else words[0]
