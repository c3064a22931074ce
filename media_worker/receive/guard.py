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


def kind_of(data: bytes) -> DatagramKind:
    """Sort a datagram by length and its first two bytes."""
    size = len(data)
    if not MIN_MEDIA_BYTES <= size <= MAX_DATAGRAM_BYTES:
        return DatagramKind.REFUSED
    first = data[0]
    if 128 <= first <= 191:  # noqa: PLR2004 - RFC 7983
        # Payload types 64 to 95 are RTCP when multiplexed (RFC 5761 section 4).
        return DatagramKind.RTCP if 192 <= data[1] <= 223 else DatagramKind.RTP  # noqa: PLR2004
    if 20 <= first <= 63:  # noqa: PLR2004 - RFC 7983
        return DatagramKind.DTLS
    if first <= 3:  # noqa: PLR2004 - RFC 7983
        return DatagramKind.STUN
    return DatagramKind.REFUSED
