"""Every type of event that a timeline may hold, one frozen model each.

Stage: the vocabulary of the record. It never appends, hashes or interprets.
Times in milliseconds named ``*_ms`` are media time (milliseconds since the
recording began on the session's own clock) unless the field says otherwise.
Hashes are lower-case hexadecimal SHA-256.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Sha256Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
MediaMs = Annotated[int, Field(ge=0)]


class Actor(StrEnum):
    """Who made the event happen."""

    CUSTOMER = "customer"
    STAFF = "staff"
    SYSTEM = "system"
    OBSERVER = "observer"


class Payload(BaseModel):
    """Base of every payload: frozen, finite, and no field that is not declared."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


# --- the session and its people -------------------------------------------------


class SessionCreated(Payload):
    """A staff member created the session."""

    type: Literal["session.created"] = "session.created"
    institution: str
    product: str
    product_code: str
    customer_name: str
    script_id: str
    script_version: int
    script_sha256: Sha256Hex
    created_by: str


class InvitationIssued(Payload):
    """A single-use code was made; only its hash is kept."""

    type: Literal["invitation.issued"] = "invitation.issued"
    code_sha256: Sha256Hex
    expires_at: datetime


class InvitationRedeemed(Payload):
    """The code was exchanged for a token, once."""

    type: Literal["invitation.redeemed"] = "invitation.redeemed"
    code_sha256: Sha256Hex
    user_agent: str


class ConsentKind(StrEnum):
    """Two separate choices, never bundled (REG-28, REG-29)."""

    RECORDING = "recording"
    FACE = "face"


class ConsentRecorded(Payload):
    """The customer's choice, with the hash of the words that were shown."""

    type: Literal["consent.recorded"] = "consent.recorded"
    kind: ConsentKind
    granted: bool
    text_sha256: Sha256Hex


class RouteStaffed(Payload):
    """The session leaves self-service; a person takes over (REG-29, REG-33)."""

    type: Literal["route.staffed"] = "route.staffed"
    reason: Literal["face_consent_refused", "customer_asked", "attempts_used_up"]


class DeviceChecked(Payload):
    """What the phone measured before the script began."""

    type: Literal["device.checked"] = "device.checked"
    microphone_peak_dbfs: float
    loudspeaker_confirmed: bool
    brightness: float = Field(ge=0, le=1, description="mean luma of the preview, 0 to 1")
    width_px: int
    height_px: int


# --- media -----------------------------------------------------------------------


class RecordingStarted(Payload):
    """The first frame of the session was stored; media time 0 is this moment."""

    type: Literal["recording.started"] = "recording.started"
    origin: datetime = Field(description="server wall time of media time 0")


class StretchBegun(Payload):
    """A peer connection delivers media; its frames go to one stretch."""

    type: Literal["stretch.begun"] = "stretch.begun"
    stretch: int = Field(ge=1)
    start_ms: MediaMs
    video_codec: Literal["VP8", "H264"]
    init_sha256: Sha256Hex = Field(description="hash of the container header of the stretch")


class MediaStored(Payload):
    """Clusters up to and including ``cluster`` of a stretch are on disk, synced and chained."""

    type: Literal["media.stored"] = "media.stored"
    stretch: int = Field(ge=1)
    segment: int = Field(ge=1, description="number of the segment object in its stretch")
    clusters: int = Field(ge=1, description="clusters of the stretch stored so far")
    stored_bytes: int = Field(ge=1, description="bytes of the stretch so far, header included")
    end_ms: MediaMs
    head: Sha256Hex = Field(description="journal head after that cluster")
    segment_sha256: Sha256Hex
    segment_bytes: int = Field(ge=1)


class StretchEnded(Payload):
    """No more media will be added to this stretch."""

    type: Literal["stretch.ended"] = "stretch.ended"
    stretch: int = Field(ge=1)
    end_ms: MediaMs
    clusters: int
    stored_bytes: int
    head: Sha256Hex
    reason: Literal["finished", "disconnected", "replaced", "recovered"]


class MediaGap(Payload):
    """Nothing was recorded here. A gap is told, never hidden."""

    type: Literal["media.gap"] = "media.gap"
    from_ms: MediaMs
    to_ms: MediaMs
    reason: Literal["disconnected", "server_restarted", "replaced", "track_silent"]


class ClocksAligned(Payload):
    """Audio was stepped onto the video clock by the RTCP sender reports (RFC 3550 6.4.1)."""

    type: Literal["clocks.aligned"] = "clocks.aligned"
    stretch: int
    audio_step_ms: float


class CustomerConnected(Payload):
    """A page of the customer opened its signalling connection."""

    type: Literal["customer.connected"] = "customer.connected"
    connection_id: str


class CustomerDisconnected(Payload):
    """The signalling connection ended."""

    type: Literal["customer.disconnected"] = "customer.disconnected"
    connection_id: str


# --- what the observers saw and heard ---------------------------------------------


class Fact(StrEnum):
    """What an observer can state about the picture or the sound."""

    FACES = "faces"
    PICTURE = "picture"
    SOUND = "sound"


class ObservationChanged(Payload):
    """A measured fact took another value (facts that stay the same are not repeated)."""

    type: Literal["observation.changed"] = "observation.changed"
    fact: Fact
    value: str = Field(
        description="faces: 0, 1, 2, …; picture: clear, black, frozen; sound: heard, silent; "
        "any: not_evaluated"
    )
    score: float | None = None
    since_ms: MediaMs
    model_sha256: Sha256Hex | None = None


class AlertRaised(Payload):
    """A rule turned facts into an alert."""

    type: Literal["alert.raised"] = "alert.raised"
    alert: str
    severity: Literal["guidance", "ordinary", "severe"]
    rule_version: int
    since_ms: MediaMs


class AlertEnded(Payload):
    """The cause of the alert ended."""

    type: Literal["alert.ended"] = "alert.ended"
    alert: str
    since_ms: MediaMs
    until_ms: MediaMs


# --- the script -------------------------------------------------------------------


class StepBegun(Payload):
    """A step of the script begins; ``attempt`` counts from 1."""

    type: Literal["step.begun"] = "step.begun"
    step_id: str
    attempt: int = Field(ge=1)


class PromptStarted(Payload):
    """The server began to send the step's pre-rendered speech to the phone."""

    type: Literal["prompt.started"] = "prompt.started"
    step_id: str
    attempt: int
    audio_sha256: Sha256Hex
    duration_ms: int
    packets: int


class PlaybackProof(BaseModel):
    """What the phone's own audio statistics say of one prompt (WebRTC ``inbound-rtp``)."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    packets_received: int = Field(ge=0)
    samples_emitted: int = Field(ge=0, description="jitterBufferEmittedCount, at 48 kHz")
    samples_concealed: int = Field(ge=0)
    audio_energy: float = Field(ge=0, description="totalAudioEnergy, V^2 s relative")
    element_paused: bool
    element_muted: bool
    element_volume: float = Field(ge=0, le=1)
    page_hidden_ms: int = Field(ge=0)


class PromptPlayed(Payload):
    """The prompt counts as played: the phone's proof was checked and suffices (REG-10)."""

    type: Literal["prompt.played"] = "prompt.played"
    step_id: str
    attempt: int
    audio_sha256: Sha256Hex
    proof: PlaybackProof


class PromptInterrupted(Payload):
    """The prompt does not count; it will be played again from the start."""

    type: Literal["prompt.interrupted"] = "prompt.interrupted"
    step_id: str
    attempt: int
    reason: Literal["disconnected", "page_hidden", "proof_insufficient", "proof_missing"]


class AnswerHeard(Payload):
    """Voice activity in the answer window. Words are not recognised yet."""

    type: Literal["answer.heard"] = "answer.heard"
    step_id: str
    attempt: int
    from_ms: MediaMs
    to_ms: MediaMs
    speech_ms: int = Field(ge=0)
    model_sha256: Sha256Hex


class AnswerTapped(Payload):
    """The customer tapped a choice as well (until words are recognised)."""

    type: Literal["answer.tapped"] = "answer.tapped"
    step_id: str
    attempt: int
    choice: str


class AnswerJudged(Payload):
    """Accepted or refused, and on what ground: the record says which."""

    type: Literal["answer.judged"] = "answer.judged"
    step_id: str
    attempt: int
    accepted: bool
    basis: Literal["voice_and_tap", "tap_voice_not_evaluated", "voice_missing", "choice_refused"]


class DocumentRead(Payload):
    """The document was shown on the phone to its last page."""

    type: Literal["document.read"] = "document.read"
    step_id: str
    attempt: int
    document_sha256: Sha256Hex
    pages: int = Field(ge=1)
    page_seen_ms: tuple[int, ...] = Field(description="time each page was in view, in ms")


class SignatureMade(Payload):
    """A handwritten signature; the strokes are an object named by their hash."""

    type: Literal["signature.made"] = "signature.made"
    step_id: str
    attempt: int
    strokes_sha256: Sha256Hex
    strokes: int = Field(ge=1)
    points: int = Field(ge=2)
    from_ms: MediaMs
    to_ms: MediaMs
    face: Literal["present", "absent", "several", "not_evaluated"]


class Assurance(StrEnum):
    """How strongly a confirmation is bound to the customer, strongest first."""

    WEBAUTHN_USER_VERIFIED = "webauthn_user_verified"
    DEVICE_KEY_AND_CODE = "device_key_and_code"


class CredentialRegistered(Payload):
    """The customer's public key for this session."""

    type: Literal["credential.registered"] = "credential.registered"
    assurance: Assurance
    credential_id: str = Field(description="base64url")
    public_key: str = Field(description="base64url; COSE for WebAuthn, SPKI for a device key")
    algorithm: int = Field(description="COSE algorithm number: -7 ES256, -257 RS256")
    rp_id: str
    origin: str


class StatementIssued(Payload):
    """The statement to be signed, an object named by its hash; the hash is the challenge."""

    type: Literal["statement.issued"] = "statement.issued"
    step_id: str
    attempt: int
    statement_sha256: Sha256Hex


class ConfirmationSigned(Payload):
    """The customer's key signed the statement; verified by the server."""

    type: Literal["confirmation.signed"] = "confirmation.signed"
    step_id: str
    attempt: int
    statement_sha256: Sha256Hex
    assurance: Assurance
    credential_id: str
    authenticator_data: str | None = Field(description="base64url; WebAuthn only")
    client_data_json: str | None = Field(description="base64url; WebAuthn only")
    signature: str = Field(description="base64url")
    one_time_code_channel: Literal["sms", "shown_to_staff"] | None = None


class StepCompleted(Payload):
    """Everything that the step asks for is there."""

    type: Literal["step.completed"] = "step.completed"
    step_id: str
    attempt: int


class StepFailed(Payload):
    """The attempt does not stand; it stays in the record beside the next one."""

    type: Literal["step.failed"] = "step.failed"
    step_id: str
    attempt: int
    reason: Literal[
        "answer_refused",
        "voice_missing",
        "face_missing",
        "several_faces",
        "interrupted",
        "media_missing",
        "customer_redo",
    ]


class Missing(BaseModel):
    """One required moment that the record lacks or could not check."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    step_id: str
    reason: str


class Outcome(StrEnum):
    """The verdict over a whole record."""

    COMPLETE = "complete"
    NEEDS_REVIEW = "needs_review"
    INCOMPLETE = "incomplete"


class VerdictGiven(Payload):
    """Closes the timeline. ``incomplete`` never closes it by itself, only by abandonment."""

    type: Literal["verdict.given"] = "verdict.given"
    outcome: Outcome
    missing: tuple[Missing, ...] = ()
    not_evaluated: tuple[Missing, ...] = ()
    recorded_ms: int
    gap_ms: int


AnyPayload = Annotated[
    SessionCreated
    | InvitationIssued
    | InvitationRedeemed
    | ConsentRecorded
    | RouteStaffed
    | DeviceChecked
    | RecordingStarted
    | StretchBegun
    | MediaStored
    | StretchEnded
    | MediaGap
    | ClocksAligned
    | CustomerConnected
    | CustomerDisconnected
    | ObservationChanged
    | AlertRaised
    | AlertEnded
    | StepBegun
    | PromptStarted
    | PromptPlayed
    | PromptInterrupted
    | AnswerHeard
    | AnswerTapped
    | AnswerJudged
    | DocumentRead
    | SignatureMade
    | CredentialRegistered
    | StatementIssued
    | ConfirmationSigned
    | StepCompleted
    | StepFailed
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
