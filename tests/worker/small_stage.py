"""A session in memory: real script, real fold, real desks; what is seen and heard is told to it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import TypeVar

from media_worker.direct.director import Director
from media_worker.direct.stage import (
    CardHint,
    CardText,
    Face,
    LookMode,
    ReadHandwriting,
    Still,
    VoiceEvidence,
)
from media_worker.play.prompt import RenderedPrompt
from media_worker.play.track import VoiceTrack
from shuanglu.display import DisplayState, display_after
from shuanglu.errors import NotFoundError
from shuanglu.rules.measurement import Measurement
from shuanglu.rules.observation import FacesInSpan
from shuanglu.rules.observation import VoiceEvidence as Voice
from shuanglu.script.model import Script
from shuanglu.script.runner import RunPhase, RunState, Turn, apply
from shuanglu.timeline import events as ev
from shuanglu.wire.signalling import PromptEndedNotice, PromptProof, PromptStartedNotice
from tests.script.scripts import small_script
from tests.worker.customer import GOOD

PROMPT = RenderedPrompt(
    sha256="0" * 64, packets=(b"\x00",) * 15, duration_ms=300, cues=(), synthetic=True
)
P = TypeVar("P", bound=ev.Payload)
AT = datetime(2026, 11, 26, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Portrait:
    """The face on a card."""

    vector: bytes = b"\0" * 512
    model_sha256: str = "a" * 64


@dataclass(frozen=True)
class Seen:
    """A card before the camera."""

    jpeg: bytes = b"\xff\xd8 a card"
    at_ms: int = 19_000
    sharpness: float = 80.0
    glare_share: float = 0.01
    portrait: Portrait | None = Portrait()


@dataclass
class ToldSenses:
    """Sees and hears what a test says."""

    modes: list[LookMode] = field(default_factory=list)
    digits_due: list[bool] = field(default_factory=list)
    stills: asyncio.Queue[Still] = field(default_factory=asyncio.Queue)
    text: CardText | None = None
    text_fails: bool = False
    handwritten: ReadHandwriting | None = None
    in_the_picture: FacesInSpan = "present"
    cosine: float | None = None
    measured: list[Measurement] = field(default_factory=list)
    heard: list[ev.SpeechRecognised] = field(default_factory=list)
    evidence: Voice = field(
        default_factory=lambda: Voice(speech_ms=0, first_ms=None, last_ms=None, evaluated=False)
    )
    alerts: list[str] = field(default_factory=list)
    card_hint: CardHint | None = "card_missing"

    def look(self, mode: LookMode) -> None:
        self.modes.append(mode)

    def expect_digits(self, *, due: bool) -> None:
        self.digits_due.append(due)

    async def card_still(self, side: ev.CardSide, *, timeout_s: float) -> Still | None:
        del side, timeout_s
        return await self.stills.get()

    async def card_text(self, jpeg: bytes) -> CardText | None:
        del jpeg
        if self.text_fails:
            raise ConnectionError("the recogniser's pipe broke")
        return self.text

    async def handwriting(self, stored: bytes, *, timeout_s: float) -> ReadHandwriting | None:
        del stored, timeout_s
        return self.handwritten

    async def compare(self, face: Face, *, own_from: float, timeout_s: float) -> float | None:
        del face, own_from, timeout_s
        return self.cosine

    def measurements(self, from_ms: int, to_ms: int) -> Sequence[Measurement]:
        return [m for m in self.measured if from_ms <= m.at_ms <= to_ms]

    async def evaluated(self, until_ms: int, *, timeout_s: float) -> bool:
        del until_ms, timeout_s
        return True

    async def voice(self, from_ms: int, to_ms: int, *, timeout_s: float) -> VoiceEvidence:
        del from_ms, to_ms, timeout_s
        return self.evidence

    async def words(
        self, from_ms: int, to_ms: int, *, timeout_s: float
    ) -> Sequence[ev.SpeechRecognised]:
        del from_ms, to_ms, timeout_s
        return self.heard

    async def faces(self, from_ms: int, to_ms: int, *, timeout_s: float) -> FacesInSpan:
        del from_ms, to_ms, timeout_s
        return self.in_the_picture

    def raise_alert(self, alert: str, detail: str | None = None) -> None:
        del detail
        self.alerts.append(alert)


@dataclass
class ToldVoice:
    """Has every prompt; notes what it was asked to read beside the script."""

    prompts: Mapping[str, RenderedPrompt]
    is_reading_again: bool = False
    read: list[RenderedPrompt] = field(default_factory=list)

    def test_sound(self) -> None:
        raise NotImplementedError

    def read_again(self, prompt: RenderedPrompt) -> None:
        self.read.append(prompt)
        self.is_reading_again = True


def counted(
    today: int = 0,
    last_12_months: int = 0,
    level: int | None = None,
    on: date | None = None,
    *,
    evaluated: bool = True,
) -> ev.SuitabilityChecked:
    """What a server would have counted."""
    return ev.SuitabilityChecked(
        evaluated=evaluated,
        today=today,
        last_12_months=last_12_months,
        previous_level=level,
        previous_on=on,
        policy_version=1,
    )


@dataclass
class ToldAssessments:
    """Counts what a test says."""

    found: ev.SuitabilityChecked = field(default_factory=counted)
    kept: list[ev.QuestionnaireAnswered] = field(default_factory=list)

    async def counted(self) -> ev.SuitabilityChecked:
        return self.found

    async def keep(self, answered: ev.QuestionnaireAnswered) -> None:
        self.kept.append(answered)


class SmallStage:
    """A stage in memory; the first ``failures`` appends fail in a way that nobody planned."""

    vad_sha256 = "b" * 64
    face_sha256: str | None = None

    def __init__(
        self, *, failures: int = 0, script: Script | None = None, customer_name: str = "王小明"
    ) -> None:
        self.script = script or small_script()
        self.state: RunState = replace(RunState(), phase=RunPhase.BETWEEN)
        self.speaking = ToldVoice(MappingProxyType({step.id: PROMPT for step in self.script.steps}))
        self.appended: list[ev.Payload] = []
        self.kept: dict[str, bytes] = {}
        self.display = DisplayState()
        self.assessments = ToldAssessments()
        self.senses = ToldSenses()
        self.track = VoiceTrack()
        self.media_ms = 20_000
        self.stalls: list[bool] = []
        self._customer_name = customer_name
        self._failures = failures
        self.director = Director(self)

    @property
    def events(self) -> Sequence[ev.Event]:
        created = ev.SessionCreated(
            script_id=self.script.id,
            script_version=self.script.version,
            script_sha256=self.script.sha256,
            institution=self.script.institution,
            product="稳健一号",
            product_code="WJ001",
            customer_name=self._customer_name,
            created_by="admin",
        )
        event = ev.Event(
            actor=ev.Actor.STAFF,
            payload=created,
            session_id="ses_S",
            seq=1,
            prev_hash="0" * 64,
            recorded_at=AT,
            hash="0" * 64,
        )
        return (event,)

    def changed(self) -> None:
        self.stalls.append(self.director.stalled)
        self.director.wake()

    def on_air(self) -> bool:
        return True

    def now_ms(self) -> int:
        return self.media_ms

    async def append(self, actor: ev.Actor, *payloads: ev.Payload) -> None:
        del actor
        if self._failures:
            self._failures -= 1
            raise LookupError("张三's number is 138…")
        for payload in payloads:
            self.appended.append(payload)
            self.state = apply(self.script, self.state, payload)
            self.display = display_after(self.display, payload)
        self.director.wake()

    async def keep(self, data: bytes, *, content_type: str) -> str:
        del content_type
        sha256 = hashlib.sha256(data).hexdigest()
        self.kept[sha256] = data
        return sha256

    async def fetch(self, sha256: str) -> bytes:
        if sha256 not in self.kept:
            raise NotFoundError("there is no such object")
        return self.kept[sha256]

    async def tell(self, message: PromptStartedNotice | PromptEndedNotice) -> None:
        if isinstance(message, PromptEndedNotice):
            proof = PromptProof(step_id=message.step_id, attempt=message.attempt, proof=GOOD)
            self.director.proof_arrived(proof)

    async def play(self, prompt: RenderedPrompt) -> None:
        await self.track.play(prompt.packets)

    async def finish(self) -> None:
        raise NotImplementedError

    def of(self, kind: type[P]) -> list[P]:
        """What was appended of that kind, in order."""
        return [payload for payload in self.appended if isinstance(payload, kind)]


def awaited(step_id: str, *completed: str) -> RunState:
    """That step's prompt was played, and it is the customer's turn."""
    return replace(
        RunState(),
        phase=RunPhase.AWAITING,
        step_id=step_id,
        attempt=1,
        attempts={step_id: 1},
        completed=frozenset(completed),
        prompt_started=True,
        prompt_played=True,
        turn=Turn(),
    )


@asynccontextmanager
async def awaiting(
    script: Script, step_id: str, senses: ToldSenses | None = None
) -> AsyncIterator[SmallStage]:
    """The director runs, and that step awaits the customer."""
    stage = SmallStage(script=script)
    stage.senses = senses or stage.senses
    stage.state = awaited(step_id)
    stage.director.start()
    stage.director.wake()
    yield stage
    await stage.director.stop()
