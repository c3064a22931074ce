"""Bodies of the HTTP API, version 1. Errors are Problem Details (RFC 9457)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from shuanglu.script.conditions import Circumstance
from shuanglu.script.model import Choice, StepKind, Text
from shuanglu.timeline.events import (
    Assurance,
    Channel,
    ConsentKind,
    Event,
    Missing,
    Outcome,
    ScreenNote,
)
from shuanglu.wire.base import Wire
from shuanglu.wire.signalling import Attempt, StepId
from shuanglu.wire.views import CustomerSession, SessionSummary

MAX_STROKES = 200
MAX_POINTS_PER_STROKE = 5_000
MAX_SCREEN_BASE64 = 2_000_000


class Problem(Wire):
    """RFC 9457, with our code, the wrong field, and whether a retry may help."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    retryable: bool
    field: str | None = None


# --- staff ----------------------------------------------------------------------


class LoginRequest(Wire):
    """Name and password."""

    username: str = Field(min_length=1, max_length=80)
    password: str = Field(min_length=1, max_length=200)


class Staff(Wire):
    """Who is logged in. The token itself is an HttpOnly cookie."""

    staff_id: str
    username: str
    passkeys: int


class WebAuthnOptions(Wire):
    """Options for ``navigator.credentials`` in their JSON form."""

    options: dict[str, Any]


class WebAuthnResponse(Wire):
    """A credential's ``toJSON()``."""

    credential: dict[str, Any]


class Scenario(Wire):
    """A published script that a session can be created from."""

    script_id: str
    version: int
    sha256: str
    title: Text
    institution: str
    estimated_minutes: int
    step_count: int
    circumstances: tuple[Circumstance, ...] = Field(
        default=(), description="must be told when a session is created"
    )


class ScenarioList(Wire):
    """All published scripts."""

    items: tuple[Scenario, ...]


class ToldCircumstances(Wire):
    """What staff know of the sale; conditions of the script ask about it."""

    product_risk: int | None = Field(default=None, ge=1, le=5)
    channel: Channel | None = None
    province: str | None = Field(default=None, min_length=1, max_length=20)
    death_benefit: bool | None = None
    returning: bool | None = None


class CreateSession(Wire):
    """A new session."""

    script_id: str = Field(min_length=1, max_length=40)
    product: str = Field(min_length=1, max_length=80)
    product_code: str = Field(min_length=1, max_length=40)
    customer_name: str = Field(min_length=1, max_length=80)
    circumstances: ToldCircumstances = Field(default_factory=ToldCircumstances)


class Invitation(Wire):
    """A fresh single-use code. It is shown once: only its hash is stored."""

    session_id: str
    url: str
    expires_at: datetime
    qr_svg: str
    qr_png_base64: str


class SessionPage(Wire):
    """One page of sessions, newest first; ``next_cursor`` is absent on the last."""

    items: tuple[SessionSummary, ...]
    next_cursor: str | None
    total: int


class StretchView(Wire):
    """One playable stretch of the recording."""

    stretch: int
    start_ms: int
    end_ms: int
    url: str
    content_type: str


class StepOutline(Wire):
    """A step of the session's script, in the order in which it is run."""

    id: str
    kind: StepKind
    title: Text
    choices: tuple[Choice, ...] = ()


class SessionDetail(Wire):
    """A session with its timeline, for the player."""

    summary: SessionSummary
    steps: tuple[StepOutline, ...] = ()
    stretches: tuple[StretchView, ...]
    events: tuple[Event, ...]
    verdict_missing: tuple[Missing, ...]
    verdict_not_evaluated: tuple[Missing, ...]
    verdict_notes: tuple[ScreenNote, ...] = Field(description="what is not whole, and stands")
    one_time_code: str | None = Field(
        description="embedded default of the SMS gateway: shown to staff, and marked so"
    )


# --- alert cases -----------------------------------------------------------------


class AlertCase(Wire):
    """Repeated raises of one alert in one session, until somebody acknowledged them."""

    case_id: str
    session_id: str
    customer_name: str
    product: str
    alert: str
    severity: Literal["ordinary", "severe"]
    audience: Literal["agent", "operator"] = Field(
        description="operator: a checker failed, nobody did anything wrong"
    )
    detail: str | None
    raised_at: datetime
    first_ms: int = Field(description="where it began in the recording, media time")
    count: int = Field(description="how often it was raised")
    total_ms: int = Field(description="how long it lasted, of the raises that ended")
    ended_at: datetime | None = Field(description="null while the cause lasts")
    deadline_at: datetime
    level: int = Field(description="0; 1 once the deadline passed unacknowledged; then higher")
    escalated_at: datetime | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    note: str | None


class AlertCounts(Wire):
    """What is open."""

    open: int
    severe: int
    escalated: int


class AlertPage(Wire):
    """One page of alert cases: open first, severe first, the nearest deadline first."""

    items: tuple[AlertCase, ...]
    next_cursor: str | None
    counts: AlertCounts
    now: datetime = Field(description="the server's clock, so that deadlines are told honestly")


class AcknowledgeAlert(Wire):
    """Somebody looked at it and says what was done."""

    note: str = Field(min_length=1, max_length=500)


# --- the customer ------------------------------------------------------------------


class ExchangeCode(Wire):
    """A code from a QR code or link."""

    code: str = Field(min_length=8, max_length=64)


class HandoverOffer(Wire):
    """A fresh code to go on in another browser: as a link, as a QR code, as eight digits."""

    url: str = Field(description="opened on the same device; the code stands in the fragment")
    qr_svg: str
    digits: str = Field(description="to be typed at the short address")
    short_url: str
    expires_at: datetime
    lifetime_ms: int = Field(description="from now; a phone's clock may be wrong")


class RedeemHandover(Wire):
    """Go on in this browser. ``way``: how the code came here; digits are checked as such."""

    code: str = Field(min_length=8, max_length=64)
    way: Literal["link", "qr", "digits"]


class CustomerToken(Wire):
    """A short-lived token bound to this session and role."""

    token: str
    expires_at: datetime
    session: CustomerSession


class Consent(Wire):
    """One of two separate choices."""

    kind: ConsentKind
    granted: bool
    text: str = Field(min_length=1, max_length=4000, description="the words that were shown")


class StrokePoint(Wire):
    """A point of a stroke; ``t_ms`` since the first pen down."""

    x: float = Field(ge=0, le=10_000)
    y: float = Field(ge=0, le=10_000)
    t_ms: float = Field(ge=0, le=3_600_000)
    pressure: float = Field(ge=0, le=1)


class Signature(Wire):
    """A handwritten signature."""

    step_id: StepId
    attempt: Attempt
    width_px: float = Field(gt=0, le=10_000)
    height_px: float = Field(gt=0, le=10_000)
    strokes: tuple[
        Annotated[tuple[StrokePoint, ...], Field(min_length=1, max_length=MAX_POINTS_PER_STROKE)],
        ...,
    ] = Field(min_length=1, max_length=MAX_STROKES)


class ScreenPosition(Wire):
    """Where the screen recording stands: what the page must know to go on with it."""

    next_piece: int = Field(ge=1, description="number of the piece that is due")
    recorded_to_ms: int | None = Field(description="media time up to which pieces are stored")
    media_ms: int | None = Field(
        description="media time at the moment of the answer; null until something is recorded"
    )


class ScreenPieceSent(Wire):
    """A piece of the screen recording: rrweb events on media time, one a line of JSON."""

    piece: int = Field(ge=1, le=1_000_000)
    packed: bool = Field(description="by gzip (RFC 1952); some browsers cannot")
    after_loss: bool = Field(
        description="where it begins with the whole page: events before it were lost"
    )
    data: str = Field(min_length=1, max_length=MAX_SCREEN_BASE64, description="base64 (RFC 4648 4)")


class ScreenNotRecorded(Wire):
    """Why the page does not record what it shows, or not any longer."""

    reason: Literal["not_supported", "refused"]


class StepAttempt(Wire):
    """Names the step that a request belongs to."""

    step_id: StepId
    attempt: Attempt


class DeviceKey(Wire):
    """A non-exportable WebCrypto key (ECDSA P-256), public part as SPKI in base64url."""

    public_key: str = Field(min_length=40, max_length=400)


class CredentialView(Wire):
    """A registered credential."""

    credential_id: str
    assurance: Assurance


class StatementView(Wire):
    """The statement to be signed: plain words, and the very bytes whose hash is the challenge."""

    statement: dict[str, Any]
    statement_canonical: str
    statement_sha256: str
    lines: tuple[Text, ...]
    webauthn_options: dict[str, Any] | None = Field(
        description="null when the registered credential is a device key"
    )
    one_time_code_channel: Literal["sms", "shown_to_staff"] | None


class SignedStatement(Wire):
    """The signature over the statement, by either kind of key."""

    step_id: StepId
    attempt: Attempt
    statement_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    webauthn: dict[str, Any] | None = None
    device_signature: str | None = Field(default=None, max_length=400)
    one_time_code: str | None = Field(default=None, pattern=r"^[0-9]{6}$")


# --- the public ----------------------------------------------------------------------


class PublicRecord(Wire):
    """What anybody who has the record number may check. No personal data."""

    record_number: str
    sealed_at: datetime
    institution: str
    outcome: Outcome
    recorded_ms: int
    timeline_head: str
    manifest_sha256: str
    manifest_signature: str = Field(description="base64url Ed25519 over the manifest's bytes")
    signing_key: str = Field(description="base64url raw Ed25519 public key")
    signing_key_id: str


class SigningKeyView(Wire):
    """A public key that signs, or once signed, manifests."""

    key_id: str
    algorithm: Literal["Ed25519"] = "Ed25519"
    public_key: str = Field(description="base64url, 32 bytes")
    current: bool


class SigningKeyList(Wire):
    """Every key that a record of this installation may be signed with."""

    items: tuple[SigningKeyView, ...]
