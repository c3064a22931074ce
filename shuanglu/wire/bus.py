"""Messages on the bus between server, signalling and media workers.

| subject | pattern | from → to | message → reply |
|---|---|---|---|
| ``timeline.append`` | request | any → server | AppendRequest → AppendReply (committed) |
| ``timeline.read`` | request | any → server | ReadRequest → ReadReply |
| ``session.load`` | request | any → server | LoadRequest → LoadReply |
| ``timeline.<session_id>`` | publish | server → all | Committed |
| ``session.changed`` | publish | server → all | SessionChanged |
| ``media.offer`` | request | signalling → worker | OfferRequest → OfferReply |
| ``media.input`` | request | signalling → worker | InputRequest → Done |
| ``media.signature`` | request | server → worker | SignatureRequest → Done |
| ``media.status`` | request | signalling → worker | StatusRequest → StatusReply |
| ``media.ready`` | request | server → worker | MediaReadyRequest → MediaReady |
| ``speech.prepare`` | request | server → worker | SpeechRequest → SpeechView |
| ``speech.recording`` | request | server → worker | RecordingRequest → RecordingView |
| ``media.left`` | publish | signalling → worker | Left |
| ``template.keep`` | request | worker → server | TemplateKeep → Done |
| ``template.load`` | request | worker → server | TemplateLoad → TemplateReply |
| ``assessment.keep`` | request | worker → server | AssessmentKeep → Done |
| ``assessment.count`` | request | worker → server | AssessmentCount → AssessmentReply |
| ``alerts.changed`` | publish | server → all | AlertsChanged |
| ``phone.<session_id>`` | publish | worker, server → signalling | ToPhone |
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from shuanglu.script.model import Script
from shuanglu.timeline.events import Event, EventDraft, Sha256Hex
from shuanglu.wire.base import Wire
from shuanglu.wire.signalling import (
    AnswerTap,
    AskPerson,
    ChallengeBegun,
    ChallengeDeclined,
    ChallengePerformed,
    ChooseDisplay,
    DeviceCheckedReport,
    DocumentReadReport,
    HearAgain,
    IdentityConfirm,
    IdentityRetake,
    KeySentenceReport,
    PageVisibility,
    PlayTestSound,
    PromptProof,
    QuestionnaireReport,
    ReadingDone,
    RedoStep,
    ServerMessage,
    TalkDone,
)
from shuanglu.wire.views import CustomerSession, LiveStatus


class AppendRequest(Wire):
    """Append all or none, in this order. ``epoch`` fences off a worker that lost the session.

    Where ``media_time_ms`` is absent and the recording has begun, the server fills it in.
    A request that is sent again because its answer was lost carries the same ``append_id``:
    it is committed once, and answered with the events of the first time. The server
    remembers the latest one of a session, so they must be sent one at a time.
    """

    session_id: str
    drafts: tuple[EventDraft, ...]
    epoch: int | None = None
    append_id: str | None = Field(default=None, min_length=1, max_length=40)


class AppendReply(Wire):
    """The committed events: the answer means that they are durable."""

    events: tuple[Event, ...]


class ReadRequest(Wire):
    """Events after ``after_seq``."""

    session_id: str
    after_seq: int = 0


class ReadReply(Wire):
    """Events in order."""

    events: tuple[Event, ...]


class LoadRequest(Wire):
    """Everything that a worker or signalling needs of a session."""

    session_id: str
    claim: bool = False
    """A worker that takes the session over claims it: the epoch rises."""


class LoadReply(Wire):
    """The session's script and whole timeline."""

    session_id: str
    epoch: int
    script: Script
    events: tuple[Event, ...]
    customer: CustomerSession


class Committed(Wire):
    """An event was committed. Subscribers that miss one see the gap in ``seq`` and read."""

    event: Event


class SessionChanged(Wire):
    """What lists show of a session may have changed: an event was committed, or it was sealed."""

    session_id: str


class OfferRequest(Wire):
    """A phone's SDP offer."""

    session_id: str
    connection_id: str
    sdp: str


class OfferReply(Wire):
    """The worker's SDP answer."""

    sdp: str


PhoneInput = (
    DeviceCheckedReport
    | PlayTestSound
    | PromptProof
    | AnswerTap
    | DocumentReadReport
    | KeySentenceReport
    | QuestionnaireReport
    | TalkDone
    | ReadingDone
    | RedoStep
    | IdentityConfirm
    | IdentityRetake
    | ChallengeBegun
    | ChallengePerformed
    | ChallengeDeclined
    | AskPerson
    | ChooseDisplay
    | HearAgain
    | PageVisibility
)


class InputRequest(Wire):
    """Something that the customer did, for the director."""

    session_id: str
    connection_id: str
    message: PhoneInput


class SignatureRequest(Wire):
    """Strokes were stored; the director judges the moment and appends ``signature.made``."""

    session_id: str
    step_id: str
    attempt: int
    strokes_sha256: Sha256Hex
    strokes: int
    points: int
    duration_ms: int


class StatusRequest(Wire):
    """Asks for the live status of a session."""

    session_id: str


class StatusReply(Wire):
    """The live status."""

    live: LiveStatus


class MediaReadyRequest(Wire):
    """Asks a worker whether it can record, and what it cannot check now."""


class MediaReady(Wire):
    """A worker that answers can record. What it cannot do besides now, by name."""

    degraded: tuple[str, ...]


class Left(Wire):
    """The phone's signalling connection ended."""

    session_id: str
    connection_id: str


class ToPhone(Wire):
    """A message for the phone of that session, if one is connected."""

    message: ServerMessage


class Done(Wire):
    """Accepted, and what it changed is committed."""


TemplatePurpose = Literal["reference", "card"]
"""The face that the session began with, and the portrait on the card."""
MAX_TEMPLATE_BASE64 = 8192


class TemplateKeep(Wire):
    """A face template, already sealed by the worker, to be kept apart from the record.

    It takes the place of an earlier one of the same purpose.
    """

    session_id: str
    purpose: TemplatePurpose
    ciphertext_b64: str = Field(min_length=4, max_length=MAX_TEMPLATE_BASE64)
    model_sha256: Sha256Hex


class TemplateLoad(Wire):
    """Asks for a template back, after a crash."""

    session_id: str
    purpose: TemplatePurpose


class TemplateReply(Wire):
    """The sealed template; both ``None`` where none is kept (any more)."""

    ciphertext_b64: str | None
    model_sha256: Sha256Hex | None


class SpeechRequest(Wire):
    """Begin to render a script's speech unless it is there; the answer, at once, is how far."""

    script: Script


class AssessmentKeep(Wire):
    """A customer's risk tolerance was assessed. ``customer`` is a keyed hash, never a number."""

    session_id: str
    attempt: int = Field(ge=1)
    customer: Sha256Hex
    level: int = Field(ge=1, le=5)


class AssessmentCount(Wire):
    """Asks for a customer's earlier assessments; those of this session count, too."""

    session_id: str
    customer: Sha256Hex


class AssessmentReply(Wire):
    """What was counted (REG-24)."""

    today: int = Field(ge=0)
    last_12_months: int = Field(ge=0)
    previous_level: int | None
    previous_on: date | None


class AlertsChanged(Wire):
    """An alert case was opened, folded, ended, acknowledged or escalated."""

    session_id: str
