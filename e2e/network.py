"""A network of its own for the phone, whose cable can be pulled.

Stage: below the browser. A namespace and a veth pair (iproute2, needs root); the server stays
outside. Only this one link is impaired; nothing else on the machine is touched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from demo.browser import chromium_path
from shuanglu.errors import UnavailableError

_HOSTS_IN_A_SUBNET = 4
_TOO_SLOW = ("tbf", "rate", "8bit", "burst", "1", "limit", "1")
"""No packet fits: everything is dropped, and nobody is told."""


@dataclass(frozen=True, slots=True)
class PhoneNetwork:
    """One link between this machine (``host_address``) and a phone in a namespace."""

    name: str
    host_address: str
    phone_address: str

    def down(self) -> None:
        """Pull the cable: signalling and media are gone, and the phone sees no carrier."""
        _ip("link", "set", f"{self.name}h", "down")

    def up(self) -> None:
        """Plug it in again."""
        _ip("link", "set", f"{self.name}h", "up")

    def swallow(self) -> None:
        """Lose every packet both ways while both sides see a sound link, as in a lift."""
        for link in self._both_ends():
            _run("tc", *link[:-1], "qdisc", "add", "dev", link[-1], "root", *_TOO_SLOW)

    def deliver(self) -> None:
        """Lose nothing again."""
        for link in self._both_ends():
            _run("tc", *link[:-1], "qdisc", "del", "dev", link[-1], "root")

    def _both_ends(self) -> tuple[tuple[str, ...], ...]:
        return ((f"{self.name}h",), ("-n", self.name, f"{self.name}p"))

    def browser_script(self, folder: Path) -> Path:
        """A program that starts Chromium on the phone's side."""
        script = folder / "chromium-on-the-phone"
        program = f'#!/bin/sh\nexec ip netns exec {self.name} {chromium_path()} "$@"\n'
        script.write_text(program, encoding="ascii")
        script.chmod(0o700)
        return script


@contextmanager
def phone_network() -> Iterator[PhoneNetwork]:
    """Make the network; remove it, and with it the link, afterwards.

    Raises ``UnavailableError`` saying why where namespaces are not permitted.
    """
    network = _numbered(os.getpid())
    try:
        _create(network)
        yield network
    finally:
        with suppress(UnavailableError):  # it was never made
            _ip("netns", "del", network.name)


def _numbered(number: int) -> PhoneNetwork:
    """Names and addresses that two runs at once do not share."""
    first = number * _HOSTS_IN_A_SUBNET % (1 << 16)
    subnet = f"10.213.{first >> 8}"
    return PhoneNetwork(f"sl{number}", f"{subnet}.{first % 256 + 1}", f"{subnet}.{first % 256 + 2}")


def _create(network: PhoneNetwork) -> None:
    name, host, phone = network.name, f"{network.name}h", f"{network.name}p"
    _ip("netns", "add", name)
    _ip("link", "add", host, "type", "veth", "peer", "name", phone, "netns", name)
    _ip("address", "add", f"{network.host_address}/30", "dev", host)
    _ip("link", "set", host, "up")
    _ip("-n", name, "address", "add", f"{network.phone_address}/30", "dev", phone)
    for device in ("lo", phone):
        _ip("-n", name, "link", "set", device, "up")


def _ip(*arguments: str) -> None:
    _run("ip", *arguments)


def _run(name: str, *arguments: str) -> None:
    program = shutil.which(name)
    if program is None:
        raise UnavailableError(f"the program {name} (package iproute2) is missing")
    done = subprocess.run(  # noqa: S603 - fixed words, and addresses made here
        [program, *arguments], check=False, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise UnavailableError(f"{name} {' '.join(arguments)}: {done.stderr.strip()}")
