"""The pipe between the media worker and an observer process: framed, typed, no pickle.

A frame is two big-endian lengths, a JSON header and raw bytes. The process
decodes what strangers sent, so nothing that it answers is trusted to be more
than these models.
"""

from __future__ import annotations

import base64
import struct
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, TypeAdapter

from shuanglu.rules.measurement import Source
from shuanglu.timeline.events import Fact, Metric

LENGTHS = struct.Struct(">II")
MAX_HEADER_BYTES = 64 * 1024
TEMPLATE_CHARACTERS = 683
"""128 float32, which SFace gives, are so many characters of base64 and one of padding."""
MAX_BODY_BYTES = 8 * 1024 * 1024
"""Larger than any key frame that a phone sends; 4K VP8 key frames are below 2 MB."""


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


Look = Literal["decode", "watch", "close", "card"]
"""What to do with a picture: only keep the decoder going, or measure for one of the modes."""


class Template(_Message):
    """A face as numbers, and how well it was seen (0 to 1: frontal, open-eyed, sharp)."""

    vector: str = Field(pattern=rf"^[A-Za-z0-9+/]{{{TEMPLATE_CHARACTERS}}}=$")
    quality: FiniteFloat = 1.0

    @staticmethod
    def of(vector: bytes, quality: float = 1.0) -> Template:
        """Of 128 float32."""
        return Template(vector=base64.b64encode(vector).decode("ascii"), quality=quality)

    def raw(self) -> bytes:
        """128 float32."""
        return base64.b64decode(self.vector)


class OpenSession(_Message):
    """From here on samples of this session come; compare with the reference, if there is one."""

    type: Literal["open"] = "open"
    session: int
    reference: Template | None = None


class UseReference(_Message):
    """From here on the session's faces are compared with this one."""

    type: Literal["reference"] = "reference"
    session: int
    reference: Template


class CloseSession(_Message):
    """No more samples of this session come; forget it."""

    type: Literal["close"] = "close"
    session: int


class Picture(_Message):
    """One frame; the body is its data. Frames of a session come in order, none left out.

    A key frame begins a new chain. ``still_above``: return a card's JPEG if it is better.
    """

    type: Literal["picture"] = "picture"
    session: int
    sample: int
    codec: Literal["VP8", "H264"]
    pts_ms: float
    is_key: bool
    look: Look
    embed: bool = False
    still_above: float | None = None


class Sound(_Message):
    """A batch of Opus packets; the body is their bytes, joined."""

    type: Literal["sound"] = "sound"
    session: int
    sample: int
    pts_ms: tuple[float, ...]
    sizes: tuple[int, ...]


Request = Annotated[
    OpenSession | CloseSession | UseReference | Picture | Sound, Field(discriminator="type")
]
request_adapter: TypeAdapter[Request] = TypeAdapter(Request)


class Ready(_Message):
    """The models are loaded; what is not is named."""

    type: Literal["ready"] = "ready"
    isolated: bool
    face_detection: bool
    face_landmarks: bool
    face_recognition: bool
    passive_liveness: bool
    voice_activity: bool
    load_ms: int
    problems: tuple[str, ...] = ()


class Measured(_Message):
    """One fact of the sound, until the sound is measured in metrics, too."""

    fact: Fact
    value: str = Field(pattern=r"^([0-9]{1,3}|clear|black|frozen|heard|silent|not_evaluated)$")
    at_ms: int
    score: float | None = None


class Sample(_Message):
    """What was measured at one media time. A metric that was not measured is absent."""

    at_ms: int
    source: Source
    metrics: dict[Metric, FiniteFloat]


class CardShown(_Message):
    """A card that is better than the one before; its JPEG is the answer's body."""

    at_ms: int
    quality: float
    sharpness: float
    glare_share: float
    portrait: Template | None


class Voice(_Message):
    """A voice span, begun or grown or ended."""

    from_ms: int
    to_ms: int
    ended: bool


class Spoken(_Message):
    """An utterance that ended; its PCM is ``size`` bytes of the answer's body, in this order."""

    from_ms: int
    to_ms: int
    size: int = Field(ge=0, le=MAX_BODY_BYTES)


class Answer(_Message):
    """Answers exactly one picture or batch, in the order they came."""

    type: Literal["answer"] = "answer"
    session: int
    sample: int
    measured: tuple[Sample, ...] = ()
    undecodable: bool = Field(default=False, description="begin again with a key frame")
    face: Template | None = None
    card: CardShown | None = None
    voices: tuple[Voice, ...] = ()
    utterances: tuple[Spoken, ...] = ()
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
