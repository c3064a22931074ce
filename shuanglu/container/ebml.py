"""EBML elements as bytes (RFC 8794). Encodes and reads; never opens a file, never decodes media."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from shuanglu.errors import InvalidInputError

EBML = b"\x1a\x45\xdf\xa3"
SEGMENT = b"\x18\x53\x80\x67"
SEEK_HEAD = b"\x11\x4d\x9b\x74"
INFO = b"\x15\x49\xa9\x66"
TRACKS = b"\x16\x54\xae\x6b"
CUES = b"\x1c\x53\xbb\x6b"
CLUSTER = b"\x1f\x43\xb6\x75"
TIMESTAMP = b"\xe7"
SIMPLE_BLOCK = b"\xa3"

UNKNOWN_SIZE = b"\x01\xff\xff\xff\xff\xff\xff\xff"
MAX_ID_BYTES = 4
MAX_SIZE_BYTES = 8


def vint(number: int, width: int | None = None) -> bytes:
    """An element size (RFC 8794 section 4), as short as possible or exactly ``width`` bytes."""
    if width is None:
        width = 1
        while number >= (1 << (7 * width)) - 1:
            width += 1
    if number < 0 or number >= (1 << (7 * width)) - 1 or width > MAX_SIZE_BYTES:
        raise InvalidInputError("the number does not fit the width", field="number")
    return (number | (1 << (7 * width))).to_bytes(width, "big")


def element(identifier: bytes, body: bytes) -> bytes:
    """One element: identifier, size, body."""
    return identifier + vint(len(body)) + body


def unsigned(identifier: bytes, number: int, width: int | None = None) -> bytes:
    """An unsigned integer element, as short as possible or with a fixed ``width`` in bytes."""
    return element(identifier, number.to_bytes(width or max(1, (number.bit_length() + 7) // 8)))


def float64(identifier: bytes, number: float) -> bytes:
    """A floating-point element of eight bytes."""
    return element(identifier, struct.pack("!d", number))


@dataclass(frozen=True, slots=True)
class ElementHead:
    """Where an element's body lies. ``size`` is ``None`` when it is unknown (RFC 8794 6.2)."""

    identifier: bytes
    start: int
    body: int
    size: int | None

    @property
    def end(self) -> int:
        """Offset of the first byte behind the element."""
        if self.size is None:
            raise InvalidInputError("the element has no known end", field="size")
        return self.body + self.size


def read_head(data: bytes | memoryview, offset: int) -> ElementHead | None:
    """Read identifier and size at ``offset``; ``None`` when the bytes end before they do.

    Raises ``InvalidInputError`` when no element can begin with these bytes.
    """
    id_width = _width(data, offset, MAX_ID_BYTES)
    if id_width is None or offset + id_width >= len(data):
        return None
    size_at = offset + id_width
    size_width = _width(data, size_at, MAX_SIZE_BYTES)
    if size_width is None or size_at + size_width > len(data):
        return None
    field = bytes(data[size_at : size_at + size_width])
    size = int.from_bytes(field) & ((1 << (7 * size_width)) - 1)
    unknown = size == (1 << (7 * size_width)) - 1
    identifier = bytes(data[offset:size_at])
    return ElementHead(identifier, offset, size_at + size_width, None if unknown else size)


def _width(data: bytes | memoryview, offset: int, limit: int) -> int | None:
    if offset >= len(data):
        return None
    width = 9 - data[offset].bit_length()
    if width > limit:
        raise InvalidInputError("these bytes are not an EBML element", field="data")
    return width
