"""Every type of event that a timeline may hold, one frozen model each.

Stage: the vocabulary of the record. It never appends, hashes or interprets.
Times in milliseconds named ``*_ms`` are media time (milliseconds since the
recording began on the session's own clock) unless the field says otherwise.
Hashes are lower-case hexadecimal SHA-256.
"""

from shuanglu.timeline.events.envelope import (
    AnyPayload,
    Event,
    EventDraft,
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
    Fact,
    ObservationChanged,
)
from shuanglu.timeline.events.payload import (
    Actor,
    MediaMs,
    Payload,
    Sha256Hex,
)
from shuanglu.timeline.events.script import (
    AnswerHeard,
    AnswerJudged,
    AnswerTapped,
    Assurance,
    ConfirmationSigned,
    CredentialRegistered,
    DocumentRead,
    Missing,
    Outcome,
    PlaybackProof,
    PromptInterrupted,
    PromptPlayed,
    PromptStarted,
    SignatureMade,
    StatementIssued,
    StepBegun,
    StepCompleted,
    StepFailed,
    VerdictGiven,
)
from shuanglu.timeline.events.session import (
    ConsentKind,
    ConsentRecorded,
    DeviceChecked,
    InvitationIssued,
    InvitationRedeemed,
    RouteStaffed,
    SessionCreated,
)

__all__ = [
    "Actor",
    "AlertEnded",
    "AlertRaised",
    "AnswerHeard",
    "AnswerJudged",
    "AnswerTapped",
    "AnyPayload",
    "Assurance",
    "ClocksAligned",
    "ConfirmationSigned",
    "ConsentKind",
    "ConsentRecorded",
    "CredentialRegistered",
    "CustomerConnected",
    "CustomerDisconnected",
    "DeviceChecked",
    "DocumentRead",
    "Event",
    "EventDraft",
    "Fact",
    "InvitationIssued",
    "InvitationRedeemed",
    "MediaGap",
    "MediaMs",
    "MediaStored",
    "Missing",
    "ObservationChanged",
    "Outcome",
    "Payload",
    "PlaybackProof",
    "PromptInterrupted",
    "PromptPlayed",
    "PromptStarted",
    "RecordingStarted",
    "RouteStaffed",
    "SessionCreated",
    "Sha256Hex",
    "SignatureMade",
    "StatementIssued",
    "StepBegun",
    "StepCompleted",
    "StepFailed",
    "StretchBegun",
    "StretchEnded",
    "VerdictGiven",
]
