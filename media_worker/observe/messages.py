"""The pipe between the media worker and an observer process: framed, typed, no pickle.

A frame is two big-endian lengths, a JSON header and raw bytes. The process
decodes what strangers sent, so nothing that it answers is trusted to be more
than these models.
"""

from __future__ import annotations

import struct
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from shuanglu.timeline.events import Fact

LENGTHS = struct.Struct(">II")
MAX_HEADER_BYTES = 64 * 1024
MAX_BODY_BYTES = 8 * 1024 * 1024
"""Larger than any key frame that a phone sends; 4K VP8 key frames are below 2 MB."""


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OpenSession(_Message):
    """From here on samples of this session come."""

    type: Literal["open"] = "open"
    session: int


class CloseSession(_Message):
    """No more samples of this session come; forget it."""

    type: Literal["close"] = "close"
    session: int


class Picture(_Message):
    """One key frame; the body is the frame."""

    type: Literal["picture"] = "picture"
    session: int
    sample: int
    codec: Literal["VP8", "H264"]
    pts_ms: float


class Sound(_Message):
    """A batch of Opus packets; the body is their bytes, joined."""

    type: Literal["sound"] = "sound"
    session: int
    sample: int
    pts_ms: tuple[float, ...]
    sizes: tuple[int, ...]


Request = Annotated[OpenSession | CloseSession | Picture | Sound, Field(discriminator="type")]
request_adapter: TypeAdapter[Request] = TypeAdapter(Request)


class Ready(_Message):
    """The models are loaded; what is not is named."""

    type: Literal["ready"] = "ready"
    isolated: bool
    face_detection: bool
    voice_activity: bool
    load_ms: int
    problems: tuple[str, ...] = ()


class Measured(_Message):
    """One fact."""

    fact: Fact
    value: str = Field(pattern=r"^([0-9]{1,3}|clear|black|frozen|heard|silent|not_evaluated)$")
    at_ms: int
    score: float | None = None


class Voice(_Message):
    """A voice span, begun or grown or ended."""

    from_ms: int
    to_ms: int
    ended: bool


class Answer(_Message):
    """Answers exactly one picture or batch, in the order they came."""

    type: Literal["answer"] = "answer"
    session: int
    sample: int
    measured: tuple[Measured, ...] = ()
    voices: tuple[Voice, ...] = ()
    processed: tuple[tuple[int, int], ...] = Field(
        default=(), description="media time that went through the voice detector"
    )


Reply = Annotated[Ready | Answer, Field(discriminator="type")]
reply_adapter: TypeAdapter[Reply] = TypeAdapter(Reply)


def frame(message: BaseModel, body: bytes = b"") -> bytes:
    """A message as it goes through the pipe."""
    header = message.model_dump_json().encode()
    return LENGTHS.pack(len(header), len(body)) + header + body


def checked_lengths(prefix: bytes) -> tuple[int, int]:
    """Lengths of header and body; raises ``ValueError`` past the limits."""
    header_length, body_length = LENGTHS.unpack(prefix)
    if header_length > MAX_HEADER_BYTES or body_length > MAX_BODY_BYTES:
        raise ValueError("a frame on the observer pipe is past its limits")
    return header_length, body_length
