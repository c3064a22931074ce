"""What may reach ICE, DTLS and SRTP at all: the first look at every datagram.

Stage: between the socket and aioice. Pure decisions, no sockets. Nothing here is
believed yet; it is only sorted and bounded (RFC 7983).
"""

from __future__ import annotations

from enum import Enum, auto

MAX_DATAGRAM_BYTES = 1500
"""Largest that libsrtp's buffer takes; phones stay below the Ethernet MTU."""
MIN_MEDIA_BYTES = 12 + 4
"""An RTP header and the shortest authentication tag (RFC 3550 5.1, RFC 3711)."""


class DatagramKind(Enum):
    """By first byte (RFC 7983 section 7)."""

    STUN = auto()
    DTLS = auto()
    RTP = auto()
    RTCP = auto()
    REFUSED = auto()


_BY_FIRST_BYTE = tuple(
    DatagramKind.STUN
    if first <= 3  # noqa: PLR2004 - RFC 7983 section 7
    else DatagramKind.DTLS
    if 20 <= first <= 63  # noqa: PLR2004 - same
    else DatagramKind.RTP
    if 128 <= first <= 191  # noqa: PLR2004 - same
    else DatagramKind.REFUSED
    for first in range(256)
)


def kind_of(data: bytes) -> DatagramKind:
    """Sort a datagram by length and its first two bytes."""
    if not MIN_MEDIA_BYTES <= len(data) <= MAX_DATAGRAM_BYTES:
        return DatagramKind.REFUSED
    kind = _BY_FIRST_BYTE[data[0]]
    # Payload types 64 to 95 are RTCP when multiplexed (RFC 5761 section 4).
    if kind is DatagramKind.RTP and 192 <= data[1] <= 223:  # noqa: PLR2004
        return DatagramKind.RTCP
    return kind
