"""What the media worker and a recogniser process say to each other.

Stage: on both ends of the pipe. What a process answers is trusted to be no more than these
models: it has read what strangers said and showed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from media_worker.pipe import PipeMessage
from media_worker.recognise.settings import SpeechKind
from shuanglu.timeline.events import Sha256Hex

MAX_TEXT = 2000
MAX_LINES = 100


class LoadSpeech(PipeMessage):
    """What a speech process is started with."""

    type: Literal["speech"] = "speech"
    kind: SpeechKind
    folder: Path


class LoadCardText(PipeMessage):
    """What a process that reads cards is started with."""

    type: Literal["card_text"] = "card_text"
    detection: Path
    recognition: Path


Load = Annotated[LoadSpeech | LoadCardText, Field(discriminator="type")]
load_adapter: TypeAdapter[Load] = TypeAdapter(Load)


class Request(PipeMessage):
    """One thing to recognise; the body is PCM, a JPEG, or the stored strokes of a signature.

    ``digits`` is sound, too: in which digits are due, nobody says which.
    """

    number: int
    kind: Literal["sound", "digits", "card", "strokes"]


class Ready(PipeMessage):
    """The model is loaded, or why not."""

    type: Literal["ready"] = "ready"
    isolated: bool
    load_ms: int
    problem: str | None = None


class HeardWords(PipeMessage):
    """The words of one utterance; empty when there are none."""

    text: str = Field(max_length=MAX_TEXT)
    confidence: float = Field(ge=0, le=1)


class TextLine(PipeMessage):
    """One line on a card. The box is four corners in pixels, from top left, clockwise."""

    text: str = Field(max_length=MAX_TEXT)
    confidence: float = Field(ge=0, le=1)
    box: tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]


class Answer(PipeMessage):
    """Answers exactly one request. Neither field: it could not be read."""

    type: Literal["answer"] = "answer"
    number: int
    words: HeardWords | None = None
    lines: tuple[TextLine, ...] | None = Field(default=None, max_length=MAX_LINES)


class Words(PipeMessage):
    """What an utterance came to, and what says so."""

    text: str
    confidence: float
    model: str
    model_sha256: Sha256Hex


class CardText(PipeMessage):
    """What stands on a card, from top to bottom, and what says so."""

    lines: tuple[TextLine, ...]
    model_sha256: Sha256Hex


class Handwriting(PipeMessage):
    """What a signature reads as, and what says so."""

    text: str
    confidence: float
    model_sha256: Sha256Hex


Reply = Annotated[Ready | Answer, Field(discriminator="type")]
reply_adapter: TypeAdapter[Reply] = TypeAdapter(Reply)
