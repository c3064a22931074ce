"""What the director and its desks need of the session that they direct.

Stage: the interface between ``direct`` and the session. It says nothing of how frames
are received, recorded or observed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from media_worker.play.prompt import RenderedPrompt
from shuanglu.display import DisplayState
from shuanglu.rules.measurement import Measurement
from shuanglu.rules.observation import FacesInSpan
from shuanglu.script.model import Script
from shuanglu.script.runner import RunState
from shuanglu.timeline import events as ev
from shuanglu.wire.signalling import PromptEndedNotice, PromptStartedNotice

LookMode = Literal["watch", "answer", "close", "card"]
CardHint = Literal[
    "card_missing", "card_small", "card_blurred", "card_glare", "card_skewed", "card_dark"
]


class VoiceEvidence(Protocol):
    """What the voice detector says of a span."""

    @property
    def speech_ms(self) -> int:
        """Milliseconds of voice in the span."""
        ...

    @property
    def first_ms(self) -> int | None:
        """Where the voice begins."""
        ...

    @property
    def last_ms(self) -> int | None:
        """Where it ends."""
        ...

    @property
    def evaluated(self) -> bool:
        """Whether the span's sound was really examined."""
        ...


class Face(Protocol):
    """A face as numbers. It leaves the process only encrypted, and never enters a record."""

    @property
    def vector(self) -> bytes:
        """128 float32."""
        ...

    @property
    def model_sha256(self) -> str:
        """Which model made it."""
        ...


class Still(Protocol):
    """A card as it was seen at its best."""

    @property
    def jpeg(self) -> bytes:
        """The whole picture."""
        ...

    @property
    def at_ms(self) -> int:
        """Media time."""
        ...

    @property
    def sharpness(self) -> float:
        """As ``Metric.CARD_SHARPNESS``."""
        ...

    @property
    def glare_share(self) -> float:
        """As ``Metric.CARD_GLARE``."""
        ...

    @property
    def portrait(self) -> Face | None:
        """The face on the card, if one was found."""
        ...


class Line(Protocol):
    """One line of text on a card."""

    @property
    def text(self) -> str:
        """As read."""
        ...

    @property
    def confidence(self) -> float:
        """0 to 1."""
        ...


class CardText(Protocol):
    """What was read on a card."""

    @property
    def lines(self) -> Sequence[Line]:
        """From top to bottom."""
        ...

    @property
    def model_sha256(self) -> str:
        """Which model read it."""
        ...


class ReadHandwriting(Protocol):
    """What was read in a signature."""

    @property
    def text(self) -> str:
        """As read; empty when nothing was."""
        ...

    @property
    def confidence(self) -> float:
        """0 to 1."""
        ...

    @property
    def model_sha256(self) -> str:
        """Which model read it."""
        ...


class Senses(Protocol):
    """What is seen and heard in the session. ``None`` always means "not evaluated"."""

    def look(self, mode: LookMode) -> None:
        """From now on look like this."""
        ...

    def expect_digits(self, *, due: bool) -> None:
        """Whether somebody has been asked to read digits aloud; never which."""
        ...

    @property
    def card_hint(self) -> CardHint | None:
        """What keeps the card from being captured."""
        ...

    async def card_still(self, side: ev.CardSide, *, timeout_s: float) -> Still | None:
        """The best picture of a card so far that is good enough."""
        ...

    async def card_text(self, jpeg: bytes) -> CardText | None:
        """Read a card."""
        ...

    async def handwriting(self, stored: bytes, *, timeout_s: float) -> ReadHandwriting | None:
        """Read the strokes of a signature, as they are stored."""
        ...

    async def compare(self, face: Face, *, own_from: float, timeout_s: float) -> float | None:
        """Cosine of a face with the session's own, which is known by ``own_from``."""
        ...

    def measurements(self, from_ms: int, to_ms: int) -> Sequence[Measurement]:
        """What was measured in a span."""
        ...

    async def evaluated(self, until_ms: int, *, timeout_s: float) -> bool:
        """Wait until everything up to then was measured."""
        ...

    async def voice(self, from_ms: int, to_ms: int, *, timeout_s: float) -> VoiceEvidence:
        """The voice in a span, after waiting for the detector."""
        ...

    async def words(
        self, from_ms: int, to_ms: int, *, timeout_s: float
    ) -> Sequence[ev.SpeechRecognised]:
        """Utterances that touch a span, after waiting for those still at the recogniser."""
        ...

    async def faces(self, from_ms: int, to_ms: int, *, timeout_s: float) -> FacesInSpan:
        """How many faces were in a span, after waiting for the picture of its end."""
        ...

    def raise_alert(self, alert: str, detail: str | None = None) -> None:
        """An alert that comes from the run of the script rather than from one fact."""
        ...


class Voice(Protocol):
    """The script's speech, and what is said beside it, which counts for nothing."""

    @property
    def prompts(self) -> Mapping[str, RenderedPrompt]:
        """Rendered speech by step id, at the speed that is wanted now."""
        ...

    @property
    def is_reading_again(self) -> bool:
        """Whether a step's speech is being read once more."""
        ...

    def test_sound(self) -> None:
        """Play the loudspeaker test, without waiting for its end."""
        ...

    def read_again(self, prompt: RenderedPrompt) -> None:
        """Read a step's speech once more, without waiting for its end."""
        ...


class EarlierAssessments(Protocol):
    """The customer's earlier risk assessments, which only the server knows."""

    async def counted(self) -> ev.SuitabilityChecked:
        """How many there were, and the last result."""
        ...

    async def keep(self, answered: ev.QuestionnaireAnswered) -> None:
        """Let one more count; raises when it cannot."""
        ...


class Stage(Protocol):
    """What the director needs of the session that it directs."""

    @property
    def script(self) -> Script:
        """The session's script."""
        ...

    @property
    def state(self) -> RunState:
        """The fold of the timeline so far."""
        ...

    @property
    def events(self) -> Sequence[ev.Event]:
        """The timeline so far."""
        ...

    @property
    def speaking(self) -> Voice:
        """The session's voice."""
        ...

    @property
    def display(self) -> DisplayState:
        """How the page is shown, by the timeline so far."""
        ...

    @property
    def senses(self) -> Senses:
        """What is seen and heard."""
        ...

    @property
    def assessments(self) -> EarlierAssessments:
        """The customer's earlier risk assessments."""
        ...

    @property
    def vad_sha256(self) -> str:
        """Hash of the voice model that answers ``senses.voice``."""
        ...

    @property
    def face_sha256(self) -> str | None:
        """Hash of the model that compares faces, if there is one."""
        ...

    def on_air(self) -> bool:
        """Whether the phone's media arrives and is being stored now."""
        ...

    def now_ms(self) -> int:
        """Media time now."""
        ...

    async def append(self, actor: ev.Actor, *payloads: ev.Payload) -> None:
        """Commit, and fold, before returning."""
        ...

    async def keep(self, data: bytes, *, content_type: str) -> str:
        """Store an object of the record; its SHA-256."""
        ...

    async def fetch(self, sha256: str) -> bytes:
        """An object of the record; raises ``NotFoundError``."""
        ...

    async def tell(self, message: PromptStartedNotice | PromptEndedNotice) -> None:
        """Send to the phone."""
        ...

    async def play(self, prompt: RenderedPrompt) -> None:
        """Play to its end on the phone's audio track; raises ``CancelledError`` if cut."""
        ...

    async def finish(self) -> None:
        """Store what is in flight, judge the record, append what came of it."""
        ...

    def changed(self) -> None:
        """What the phone shows is different."""
        ...
