"""One range of bytes of a request (RFC 9110 14). Several ranges at once are not served."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FORM = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes [start, end)."""

    start: int
    end: int


class UnsatisfiableError(ValueError):
    """The range lies behind the end (416)."""


def parse_range(header: str | None, total_bytes: int) -> ByteRange | None:
    """The range asked for, or ``None`` for all of it.

    A header of another form is ignored, as RFC 9110 14.2 demands. Raises
    :class:`UnsatisfiableError` for a range that holds no byte of the file.
    """
    found = _FORM.fullmatch(header.strip()) if header else None
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if first == "":
        start, end = max(0, total_bytes - int(last)), total_bytes
    else:
        start = int(first)
        end = min(total_bytes, int(last) + 1) if last else total_bytes
        if last and int(last) < start:
            return None
    if start >= end:
        raise UnsatisfiableError
    return ByteRange(start, end)
