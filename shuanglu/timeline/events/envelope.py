"""The envelope of an event, and the union of everything that it may carry."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shuanglu.timeline.events.display import DisplayChanged
from shuanglu.timeline.events.handover import SessionHandedOver
from shuanglu.timeline.events.identity import (
    FaceCompared,
    IdentityCaptured,
    IdentityConfirmed,
    IdentityRead,
)
from shuanglu.timeline.events.liveness import (
    LivenessChallenged,
    LivenessDeclined,
    LivenessJudged,
    LivenessPerformed,
)
from shuanglu.timeline.events.media import (
    ClocksAligned,
    CustomerConnected,
    CustomerDisconnected,
    MediaGap,
    MediaStored,
    RecordingStarted,
    StretchBegun,
    StretchEnded,
)
from shuanglu.timeline.events.observation import (
    AlertEnded,
    AlertRaised,
    ObservationChanged,
    ObservationsSampled,
)
from shuanglu.timeline.events.payload import (
    Actor,
    Sha256Hex,
)
from shuanglu.timeline.events.reading import ReadingClaimed, ReadingHeard
from shuanglu.timeline.events.screen import (
    ScreenGap,
    ScreenStored,
    ScreenUnavailable,
)
from shuanglu.timeline.events.script import (
    AnswerHeard,
    AnswerJudged,
    AnswerTapped,
    ConfirmationSigned,
    CredentialRegistered,
    DocumentRead,
    KeySentenceMarked,
    PromptInterrupted,
    PromptPlayed,
    PromptRepeated,
    PromptStarted,
    QuestionnaireAnswered,
    ScriptStopped,
    SignatureJudged,
    SignatureMade,
    StatementIssued,
    StepBegun,
    StepCompleted,
    StepFailed,
    StillCaptured,
    SuitabilityChecked,
    TalkEnded,
    VerdictGiven,
)
from shuanglu.timeline.events.session import (
    ConsentRecorded,
    DeviceChecked,
    InvitationIssued,
    InvitationRedeemed,
    RouteStaffed,
    SessionCreated,
)
from shuanglu.timeline.events.words import PhraseHeard, SpeechRecognised

AnyPayload = Annotated[
    SessionCreated
    | InvitationIssued
    | InvitationRedeemed
    | SessionHandedOver
    | ConsentRecorded
    | RouteStaffed
    | DeviceChecked
    | DisplayChanged
    | RecordingStarted
    | StretchBegun
    | MediaStored
    | StretchEnded
    | MediaGap
    | ClocksAligned
    | ScreenStored
    | ScreenGap
    | ScreenUnavailable
    | CustomerConnected
    | CustomerDisconnected
    | ObservationsSampled
    | ObservationChanged
    | SpeechRecognised
    | PhraseHeard
    | AlertRaised
    | AlertEnded
    | StepBegun
    | PromptStarted
    | PromptPlayed
    | PromptInterrupted
    | PromptRepeated
    | AnswerHeard
    | AnswerTapped
    | AnswerJudged
    | DocumentRead
    | KeySentenceMarked
    | SuitabilityChecked
    | QuestionnaireAnswered
    | StillCaptured
    | TalkEnded
    | ReadingClaimed
    | ReadingHeard
    | IdentityCaptured
    | IdentityRead
    | IdentityConfirmed
    | FaceCompared
    | LivenessChallenged
    | LivenessPerformed
    | LivenessJudged
    | LivenessDeclined
    | SignatureJudged
    | SignatureMade
    | CredentialRegistered
    | StatementIssued
    | ConfirmationSigned
    | StepCompleted
    | StepFailed
    | ScriptStopped
    | VerdictGiven,
    Field(discriminator="type"),
]


class EventDraft(BaseModel):
    """What a process asks to append; sequence, chain and clock are added on commit."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    actor: Actor
    media_time_ms: int | None = Field(
        default=None, ge=0, description="where it belongs in the recording, if it began"
    )
    payload: AnyPayload


class Event(EventDraft):
    """A committed event. ``hash`` covers every other field (see ``chain``)."""

    session_id: str
    seq: int = Field(ge=1)
    prev_hash: Sha256Hex
    recorded_at: datetime
    hash: Sha256Hex
