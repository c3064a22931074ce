"""What the media worker and an observer process say to each other.

Stage: on both ends of the pipe. The process decodes what strangers sent, so nothing that it
answers is trusted to be more than these models.
"""

from __future__ import annotations

import base64
from typing import Annotated, Literal

from pydantic import Field, FiniteFloat, TypeAdapter

from media_worker.pipe import MAX_BODY_BYTES, PipeMessage
from shuanglu.rules.measurement import Source
from shuanglu.timeline.events import Metric

TEMPLATE_CHARACTERS = 683
"""128 float32, which SFace gives, are so many characters of base64 and one of padding."""

Look = Literal["decode", "watch", "answer", "close", "card"]
"""What to do with a picture: only keep the decoder going, or measure for one of the modes."""


class Template(PipeMessage):
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


class OpenSession(PipeMessage):
    """From here on samples of this session come; compare with the reference, if there is one."""

    type: Literal["open"] = "open"
    session: int
    reference: Template | None = None


class UseReference(PipeMessage):
    """From here on the session's faces are compared with this one."""

    type: Literal["reference"] = "reference"
    session: int
    reference: Template


class CloseSession(PipeMessage):
    """No more samples of this session come; forget it."""

    type: Literal["close"] = "close"
    session: int


class Picture(PipeMessage):
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
    calm: bool = Field(default=False, description="nothing is decided by this picture's pose")
    still_above: float | None = None


class Sound(PipeMessage):
    """A batch of Opus packets; the body is their bytes, joined."""

    type: Literal["sound"] = "sound"
    session: int
    sample: int
    words_awaited: bool = False
    pts_ms: tuple[float, ...]
    sizes: tuple[int, ...]


Request = Annotated[
    OpenSession | CloseSession | UseReference | Picture | Sound, Field(discriminator="type")
]
request_adapter: TypeAdapter[Request] = TypeAdapter(Request)


class Ready(PipeMessage):
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


class Sample(PipeMessage):
    """What was measured at one media time. A metric that was not measured is absent."""

    at_ms: int
    source: Source
    metrics: dict[Metric, FiniteFloat]


class CardShown(PipeMessage):
    """A card that is better than the one before; its JPEG is the answer's body."""

    at_ms: int
    quality: float
    sharpness: float
    glare_share: float
    portrait: Template | None


class Voice(PipeMessage):
    """A voice span, begun or grown or ended."""

    from_ms: int
    to_ms: int
    ended: bool


class Spoken(PipeMessage):
    """An utterance that ended or may have; its PCM is ``size`` bytes of the body, in this order."""

    from_ms: int
    to_ms: int
    size: int = Field(ge=0, le=MAX_BODY_BYTES)
    ended: bool = True


class Answer(PipeMessage):
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
