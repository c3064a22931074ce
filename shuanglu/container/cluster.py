"""One cluster: whole frames of at most about a second, encoded to bytes in one go.

Stage: between the recorder's open cluster and the spool. It never alters a frame.
Source: RFC 9559 sections 5.1.3 and 10.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from shuanglu.container.ebml import CLUSTER, TIMESTAMP, unsigned, vint
from shuanglu.errors import InvalidInputError

MAX_RELATIVE_MS = 0x7FFF
SIZE_WIDTH = 8
BLOCK_SIZE_LIMIT = (1 << 28) - 1
KEY_FRAME_FLAG = 0x80
OPUS_PACKET_MS = 20
"""WebRTC phones send packets of 20 ms; the end of a cluster is told to this precision."""
_TIMESTAMP_WIDTH = 8


class Block(NamedTuple):
    """One frame in a cluster. ``at_ms`` counts from the beginning of the stretch."""

    at_ms: int
    track: int
    is_key: bool
    data: bytes


def encode_cluster(start_ms: int, blocks: Iterable[Block]) -> bytes:
    """A cluster that begins at ``start_ms`` of its stretch, of known size.

    Raises ``InvalidInputError`` for a block more than 32 s away from ``start_ms``.
    """
    parts = [unsigned(TIMESTAMP, start_ms, _TIMESTAMP_WIDTH)]
    for at_ms, track, is_key, data in blocks:
        parts.append(_block_head(at_ms - start_ms, track, len(data) + 4, is_key=is_key))
        parts.append(data)
    size = sum(map(len, parts))
    return b"".join([CLUSTER + vint(size, SIZE_WIDTH), *parts])


def _block_head(relative_ms: int, track: int, size: int, *, is_key: bool) -> bytes:
    if not -MAX_RELATIVE_MS <= relative_ms <= MAX_RELATIVE_MS:
        raise InvalidInputError("a block lies too far from its cluster", field="at_ms")
    if size >= BLOCK_SIZE_LIMIT:
        raise InvalidInputError("a frame is too large for a block", field="data")
    number = (0xA3 << 64) | ((size | 0x10000000) << 32) | ((0x80 | track) << 24)
    number |= ((relative_ms & 0xFFFF) << 8) | (KEY_FRAME_FLAG if is_key else 0)
    return number.to_bytes(9)
