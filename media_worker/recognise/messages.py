"""The pipe between the media worker and a recogniser process: framed, typed, no pickle.

What a process answers is trusted to be no more than these models: it has read what
strangers said and showed.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from media_worker.recognise.settings import SpeechKind
from shuanglu.timeline.events import Sha256Hex

LENGTHS = struct.Struct(">II")
MAX_HEADER_BYTES = 256 * 1024
MAX_BODY_BYTES = 8 * 1024 * 1024
MAX_TEXT = 2000
MAX_LINES = 100


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LoadSpeech(_Message):
    """What a speech process is started with."""

    type: Literal["speech"] = "speech"
    kind: SpeechKind
    folder: Path


class LoadCardText(_Message):
    """What a process that reads cards is started with."""

    type: Literal["card_text"] = "card_text"
    detection: Path
    recognition: Path


Load = Annotated[LoadSpeech | LoadCardText, Field(discriminator="type")]
load_adapter: TypeAdapter[Load] = TypeAdapter(Load)


class Request(_Message):
    """One thing to recognise; the body is PCM or a JPEG."""

    number: int


class Ready(_Message):
    """The model is loaded, or why not."""

    type: Literal["ready"] = "ready"
    isolated: bool
    load_ms: int
    problem: str | None = None


class HeardWords(_Message):
    """The words of one utterance; empty when there are none."""

    text: str = Field(max_length=MAX_TEXT)
    confidence: float = Field(ge=0, le=1)


class TextLine(_Message):
    """One line on a card. The box is four corners in pixels, from top left, clockwise."""

    text: str = Field(max_length=MAX_TEXT)
    confidence: float = Field(ge=0, le=1)
    box: tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]


class Answer(_Message):
    """Answers exactly one request. Neither field: it could not be read."""

    type: Literal["answer"] = "answer"
    number: int
    words: HeardWords | None = None
    lines: tuple[TextLine, ...] | None = Field(default=None, max_length=MAX_LINES)


class Words(_Message):
    """What an utterance came to, and what says so."""

    text: str
    confidence: float
    model: str
    model_sha256: Sha256Hex


class CardText(_Message):
    """What stands on a card, from top to bottom, and what says so."""

    lines: tuple[TextLine, ...]
    model_sha256: Sha256Hex


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
        raise ValueError("a frame on the recogniser pipe is past its limits")
    return header_length, body_length
