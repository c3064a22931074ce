"""What a page is shown of a session: derived from timeline and script, never stored as truth."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from shuanglu.script.model import Choice, DocumentFile, StepKind, Text
from shuanglu.script.runner import RunPhase
from shuanglu.timeline.events import (
    Assurance,
    CardSide,
    ChallengeKind,
    Gesture,
    Missing,
    Outcome,
    PageLanguage,
    VoiceSpeed,
)
from shuanglu.wire.base import Wire
from shuanglu.wire.reading import ReadingView


class SessionPhase(StrEnum):
    """Where a session stands, as staff see it. Folded from the timeline."""

    CREATED = "created"  # invitation not yet opened
    JOINED = "joined"  # code exchanged
    RECORDING = "recording"  # media is being stored
    INTERRUPTED = "interrupted"  # recording began, no phone is connected now
    STAFFED = "staffed"  # handed over to a person
    CLOSED = "closed"  # verdict given, sealing under way
    SEALED = "sealed"  # manifest signed


class Cue(Wire):
    """One caption: shown from ``from_ms`` to ``to_ms`` of the prompt."""

    from_ms: int
    to_ms: int
    text: str


class PromptView(Wire):
    """The step's speech. ``synthetic`` demands the AI-voice label (REG-30)."""

    playing: bool
    played: bool
    duration_ms: int
    synthetic: bool
    cues: tuple[Cue, ...]


class IdentityView(Wire):
    """Where the capture of the card stands."""

    side: CardSide
    state: Literal["aim", "reading", "taken", "confirm", "comparing"] = Field(
        description="taken: every side was, and is kept once the speech was heard to its end"
    )
    hint: (
        Literal[
            "card_missing", "card_small", "card_blurred", "card_glare", "card_skewed", "card_dark"
        ]
        | None
    ) = Field(description="what keeps the card from being captured, while aiming")
    name: str | None = Field(default=None, description="as read, for the customer to check")
    number_masked: str | None = Field(default=None, description="110***********1234")
    failed_checks: tuple[str, ...] = ()


class ChallengeView(Wire):
    """The challenge to show now; nothing of it was known to anybody before."""

    challenge: int
    kind: ChallengeKind
    gestures: tuple[Gesture, ...] = ()
    seen: int = Field(default=0, description="gestures seen so far, in order")
    digits: str = ""
    colours: tuple[str, ...] = ()
    colour_ms: int = 0
    time_limit_ms: int
    can_decline: bool = Field(description="another kind is left to do instead")
    state: Literal["show", "judging"] = "show"


class QuestionnaireOption(Wire):
    """An answer to tap. Its points are not shown: nobody shall aim at a level."""

    id: str
    label: Text


class QuestionnaireQuestion(Wire):
    """One question of a questionnaire; nothing is ticked beforehand."""

    id: str
    text: Text
    options: tuple[QuestionnaireOption, ...]


class KeySentenceView(Wire):
    """A sentence of the document that is to be marked when it was read."""

    text: Text
    by: Literal["tap", "copy"]
    marked: bool


class StepView(Wire):
    """The step that the phone shows now."""

    id: str
    kind: StepKind
    attempt: int
    title: Text
    show: Text
    prompt: PromptView
    awaiting_customer: bool = Field(description="the prompt was played; it is the customer's turn")
    choices: tuple[Choice, ...] = ()
    voice_heard: bool = False
    words_heard: str | None = Field(
        default=None, description="the answer as recognised, for the customer to see"
    )
    identity: IdentityView | None = None
    challenge: ChallengeView | None = None
    questions: tuple[QuestionnaireQuestion, ...] = ()
    recap: tuple[Text, ...] = Field(
        default=(), description="what was said and shown so far, to be confirmed as a whole"
    )
    subject: Text | None = Field(default=None, description="the paper that is to be shown")
    hint: str | None = Field(default=None, description="what keeps it from being captured")
    min_talk_ms: int = 0
    reading: ReadingView | None = Field(
        default=None, description="the agent beside the customer reads this step aloud"
    )
    document_sha256: str | None = None
    pages: tuple[Text, ...] = ()
    min_page_ms: int = 0
    file: DocumentFile | None = Field(
        default=None, description="a PDF instead of pages: GET /api/v1/customer/documents/{sha256}"
    )
    document_read: bool = Field(default=False, description="in this attempt, to its last page")
    key_sentences: tuple[KeySentenceView, ...] = ()
    last_failure: str | None = Field(
        default=None, description="why the attempt before this one did not stand"
    )


class DisplayView(Wire):
    """How the page is to be shown, as the record has it. It never says why."""

    elder: bool = Field(default=False, description="larger, slower, one thing a screen (REG-33)")
    voice: VoiceSpeed = VoiceSpeed.NORMAL
    language: PageLanguage | None = Field(default=None, description="None: not said yet")


class LiveStatus(Wire):
    """The always-true status strip of the phone."""

    phase: RunPhase
    recording: bool = Field(description="media arrived and was stored in the last seconds")
    stored_ms: int = Field(description="milliseconds of media on disk, synced")
    step_no: int = Field(description="1-based; equals step_count when all are completed")
    step_count: int
    step: StepView | None
    guidance: tuple[str, ...] = Field(description="alert codes that are active now")
    display: DisplayView = DisplayView()


class Receipt(Wire):
    """What the customer keeps."""

    record_number: str
    manifest_sha256: str
    sealed_at: datetime
    outcome: Outcome
    recorded_ms: int
    verify_url: str
    verify_qr_svg: str


class VerdictView(Wire):
    """The verdict in the phone's terms."""

    outcome: Outcome
    missing: tuple[Missing, ...]
    not_evaluated: tuple[Missing, ...]


class CustomerSession(Wire):
    """What the customer's page may know of its session."""

    session_id: str
    institution: str
    product: str
    product_code: str
    customer_name_masked: str
    script_title: Text
    step_titles: tuple[Text, ...]
    step_kinds: tuple[StepKind, ...] = Field(
        default=(), description="kind of each step: the page says what to have ready"
    )
    estimated_minutes: int
    retention_years: int
    minimum_assurance: Assurance
    key_assurance: Assurance | None = Field(
        default=None, description="of the customer's newest key; null: register one first"
    )
    consent_recording: bool | None
    consent_face: bool | None
    phase: SessionPhase
    receipt: Receipt | None = None
    display: DisplayView = DisplayView()


class SessionSummary(Wire):
    """A row of the staff's list."""

    session_id: str
    customer_name: str
    product: str
    product_code: str
    script_title: Text
    created_at: datetime
    created_by: str
    phase: SessionPhase
    step_no: int
    step_count: int
    step_title: Text | None
    stored_ms: int
    alerts: tuple[str, ...]
    outcome: Outcome | None
    record_number: str | None
