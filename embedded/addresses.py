"""Under which names this machine can be reached, by itself and by phones beside it."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass

# TEST-NET-1 (RFC 5737): a UDP socket "connected" there sends nothing, but the kernel picks
# the address that this machine would use towards other hosts.
_ELSEWHERE = ("192.0.2.1", 9)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Origins of the pages."""

    localhost_origin: str
    phone_origin: str
    phone_host: str
    certificate_names: tuple[str, ...]

    @property
    def phone_can_use_passkeys(self) -> bool:
        """WebAuthn needs a host name: a relying party can never be an IP address."""
        return not _is_ip(self.phone_host)

    @property
    def rp_id(self) -> str:
        """The relying party: the name for phones if they have one, else this machine itself."""
        return self.phone_host if self.phone_can_use_passkeys else "localhost"

    @property
    def office_origin(self) -> str:
        """Where staff open the office page, so that passkeys work there too."""
        return self.phone_origin if self.rp_id != "localhost" else self.localhost_origin


def find_addresses(host_name: str | None, *, http_port: int, https_port: int) -> Addresses:
    """Where the pages are: ``host_name`` if given, else the machine's own address."""
    own = _own_address()
    phone_host = host_name or own or "localhost"
    own_name = socket.gethostname()
    names = ("localhost", "127.0.0.1", phone_host, own, own_name, f"{own_name}.local")
    return Addresses(
        localhost_origin=f"http://localhost:{http_port}",
        phone_origin=f"https://{phone_host}:{https_port}",
        phone_host=phone_host,
        certificate_names=tuple(dict.fromkeys(name for name in names if name)),
    )


def _own_address() -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ELSEWHERE)
        except OSError:
            return None
        return str(probe.getsockname()[0])


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
