"""The pipe between the media worker and a process that runs models: framed, typed, no pickle.

Stage: on both ends, between bytes and messages. A frame is two big-endian lengths, a JSON
header and raw bytes. The process has read what strangers sent, so nothing that it answers is
trusted to be more than the models of its own messages; these are not here.
"""

from __future__ import annotations

import asyncio
import os
import struct
import sys
from collections.abc import Iterator
from typing import IO, BinaryIO

from pydantic import BaseModel, ConfigDict

MAX_HEADER_BYTES = 256 * 1024
"""A card that is full of text has the longest."""
MAX_BODY_BYTES = 8 * 1024 * 1024
"""Larger than any key frame that a phone sends; 4K VP8 key frames are below 2 MB."""
_LENGTHS = struct.Struct(">II")


class PipeMessage(BaseModel):
    """What a header may hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def frame(message: BaseModel, body: bytes = b"") -> bytes:
    """A message as it goes through the pipe."""
    header = message.model_dump_json().encode()
    return _LENGTHS.pack(len(header), len(body)) + header + body


def frames(stream: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Headers and bodies until the pipe closes; raises ``ValueError`` past the limits."""
    while len(prefix := stream.read(_LENGTHS.size)) == _LENGTHS.size:
        header_bytes, body_bytes = _checked_lengths(prefix)
        header = stream.read(header_bytes)
        yield header, stream.read(body_bytes)


async def next_frame(process: asyncio.subprocess.Process) -> tuple[bytes, bytes]:
    """Header and body of the next answer.

    Raises ``IncompleteReadError`` or ``ConnectionError`` when the process is gone, and
    ``ValueError`` past the limits.
    """
    if process.stdout is None:
        raise ConnectionError("no pipe")
    prefix = await process.stdout.readexactly(_LENGTHS.size)
    header_bytes, body_bytes = _checked_lengths(prefix)
    header = await process.stdout.readexactly(header_bytes)
    return header, await process.stdout.readexactly(body_bytes)


def stdout_for_answers() -> BinaryIO:
    """This process's own stdout for answers alone: what libraries print goes to stderr."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return out


def _checked_lengths(prefix: bytes) -> tuple[int, int]:
    header_bytes, body_bytes = _LENGTHS.unpack(prefix)
    if header_bytes > MAX_HEADER_BYTES or body_bytes > MAX_BODY_BYTES:
        raise ValueError("a frame on the pipe is past its limits")
    return header_bytes, body_bytes
