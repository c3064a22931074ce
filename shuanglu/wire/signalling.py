"""Messages on the phone's WebSocket, version 1. Described for strangers in ``docs/protocol.md``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from shuanglu.timeline.events import PageLanguage, PlaybackProof, VoiceSpeed
from shuanglu.wire.base import Wire
from shuanglu.wire.views import CustomerSession, LiveStatus, Receipt, VerdictView

PROTOCOL = 1
MAX_MESSAGE_BYTES = 65_536
"""Largest message accepted on the WebSocket; an SDP offer of one audio and one video is < 12 KB."""

StepId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
Attempt = Annotated[int, Field(ge=1, le=1000)]

# --- from the phone ---------------------------------------------------------------


class Hello(Wire):
    """First message on every connection, within 5 s."""

    type: Literal["hello"] = "hello"
    protocol: Literal[1]
    token: str = Field(max_length=4096)


class Offer(Wire):
    """A WebRTC offer with all its candidates: sends audio and video, receives audio."""

    type: Literal["offer"] = "offer"
    sdp: str = Field(min_length=1, max_length=32_768)


class DeviceCheckedReport(Wire):
    """The device check passed on the phone."""

    type: Literal["device_checked"] = "device_checked"
    microphone_peak_dbfs: float = Field(ge=-120, le=0)
    loudspeaker_confirmed: bool
    brightness: float = Field(ge=0, le=1)
    width_px: int = Field(ge=1, le=8192)
    height_px: int = Field(ge=1, le=8192)


class PlayTestSound(Wire):
    """Asks for the loudspeaker test sentence, on the same audio track as the script."""

    type: Literal["play_test_sound"] = "play_test_sound"


class PromptProof(Wire):
    """Change of the phone's audio statistics from ``prompt_started`` to ``prompt_ended``."""

    type: Literal["prompt_proof"] = "prompt_proof"
    step_id: StepId
    attempt: Attempt
    proof: PlaybackProof


class AnswerTap(Wire):
    """The customer tapped a choice."""

    type: Literal["answer_tap"] = "answer_tap"
    step_id: StepId
    attempt: Attempt
    choice: str = Field(max_length=20)


class DocumentReadReport(Wire):
    """Every page was in view, the last one to its end."""

    type: Literal["document_read"] = "document_read"
    step_id: StepId
    attempt: Attempt
    document_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    page_seen_ms: tuple[Annotated[int, Field(ge=0, le=86_400_000)], ...] = Field(max_length=500)


class KeySentenceReport(Wire):
    """The document was read; this sentence of it was tapped, or copied as ``words`` say."""

    type: Literal["key_sentence"] = "key_sentence"
    step_id: StepId
    attempt: Attempt
    sentence: int = Field(ge=1, le=20, description="which of the step's key sentences")
    words: str | None = Field(default=None, max_length=1000)


class QuestionnaireReport(Wire):
    """Every question of the questionnaire answered: id of the option by id of the question."""

    type: Literal["questionnaire_answered"] = "questionnaire_answered"
    step_id: StepId
    attempt: Attempt
    answers: dict[StepId, Annotated[str, Field(min_length=1, max_length=20)]] = Field(max_length=40)


class TalkDone(Wire):
    """The free talk is over."""

    type: Literal["talk_done"] = "talk_done"
    step_id: StepId
    attempt: Attempt


class ReadingDone(Wire):
    """The text that is read aloud has been read; what was not heard is asked for again."""

    type: Literal["reading_done"] = "reading_done"
    step_id: StepId
    attempt: Attempt


class RedoStep(Wire):
    """The customer wants to do the current step again."""

    type: Literal["redo_step"] = "redo_step"
    step_id: StepId
    attempt: Attempt


class IdentityConfirm(Wire):
    """The customer says that the card was read right, or corrects it (``None``: as read)."""

    type: Literal["identity_confirm"] = "identity_confirm"
    step_id: StepId
    attempt: Attempt
    name: str | None = Field(default=None, min_length=1, max_length=40)
    number: str | None = Field(default=None, pattern=r"^[0-9]{17}[0-9Xx]$")


class IdentityRetake(Wire):
    """The customer wants the card to be captured again."""

    type: Literal["identity_retake"] = "identity_retake"
    step_id: StepId
    attempt: Attempt


class ChallengeBegun(Wire):
    """The phone shows the challenge from this moment."""

    type: Literal["challenge_begun"] = "challenge_begun"
    step_id: StepId
    attempt: Attempt
    challenge: int = Field(ge=1, le=100)


class ChallengePerformed(Wire):
    """Everything was shown; ``shown_ms`` are times after ``challenge_begun``, in ms."""

    type: Literal["challenge_performed"] = "challenge_performed"
    step_id: StepId
    attempt: Attempt
    challenge: int = Field(ge=1, le=100)
    shown_ms: tuple[Annotated[int, Field(ge=0, le=120_000)], ...] = Field(max_length=40)


class ChallengeDeclined(Wire):
    """The customer cannot do this kind (photosensitive, cannot speak): another is asked."""

    type: Literal["challenge_declined"] = "challenge_declined"
    step_id: StepId
    attempt: Attempt
    challenge: int = Field(ge=1, le=100)


class AskPerson(Wire):
    """“请工作人员协助”: always one tap away."""

    type: Literal["ask_person"] = "ask_person"


class ChooseDisplay(Wire):
    """How the customer wants the page and the voice from now on: always the whole choice."""

    type: Literal["choose_display"] = "choose_display"
    elder: bool
    voice: VoiceSpeed
    language: PageLanguage


class HearAgain(Wire):
    """The customer wants the step's speech read aloud once more; nothing else changes."""

    type: Literal["hear_again"] = "hear_again"
    step_id: StepId
    attempt: Attempt


class PageVisibility(Wire):
    """The page went to the background or came back."""

    type: Literal["page_visibility"] = "page_visibility"
    hidden: bool


class Ping(Wire):
    """Keeps the connection and measures the round trip; echoed."""

    type: Literal["ping"] = "ping"
    sent_ms: float


PhoneMessage = Annotated[
    Hello
    | Offer
    | DeviceCheckedReport
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
    | Ping,
    Field(discriminator="type"),
]
phone_message_adapter: TypeAdapter[PhoneMessage] = TypeAdapter(PhoneMessage)

# --- to the phone ------------------------------------------------------------------


class IceServer(Wire):
    """As in RTCIceServer."""

    urls: tuple[str, ...]
    username: str | None = None
    credential: str | None = None


class Welcome(Wire):
    """Answers a good ``hello``."""

    type: Literal["welcome"] = "welcome"
    connection_id: str
    session: CustomerSession
    ice_servers: tuple[IceServer, ...]
    live: LiveStatus


class Answer(Wire):
    """The SDP answer to the offer."""

    type: Literal["answer"] = "answer"
    sdp: str


class Live(Wire):
    """The status changed (at most a few times a second)."""

    type: Literal["live"] = "live"
    status: LiveStatus


class PromptStartedNotice(Wire):
    """Take the first snapshot of the audio statistics and begin the captions."""

    type: Literal["prompt_started"] = "prompt_started"
    step_id: str
    attempt: int
    duration_ms: int


class PromptEndedNotice(Wire):
    """All packets were sent. Wait for them to be played out, then send ``prompt_proof``."""

    type: Literal["prompt_ended"] = "prompt_ended"
    step_id: str
    attempt: int


class TestSoundStarted(Wire):
    """The loudspeaker test is playing."""

    type: Literal["test_sound_started"] = "test_sound_started"
    duration_ms: int


class Verdict(Wire):
    """Whether the record is complete, at once, and if not which step to redo."""

    type: Literal["verdict"] = "verdict"
    verdict: VerdictView


class Sealed(Wire):
    """The record is sealed; this is the receipt."""

    type: Literal["sealed"] = "sealed"
    receipt: Receipt


class Refused(Wire):
    """A message was refused and changed nothing."""

    type: Literal["refused"] = "refused"
    code: str
    detail: str
    retryable: bool
    field: str | None = None
    in_reply_to: str | None = Field(default=None, description="type of the refused message")


class Bye(Wire):
    """The server closes the connection, and says why."""

    type: Literal["bye"] = "bye"
    reason: Literal[
        "replaced",
        "handed_over",
        "closed",
        "not_authenticated",
        "protocol",
        "server_stopping",
    ]


class Pong(Wire):
    """Echo of a ping."""

    type: Literal["pong"] = "pong"
    sent_ms: float


ServerMessage = Annotated[
    Welcome
    | Answer
    | Live
    | PromptStartedNotice
    | PromptEndedNotice
    | TestSoundStarted
    | Verdict
    | Sealed
    | Refused
    | Bye
    | Pong,
    Field(discriminator="type"),
]
server_message_adapter: TypeAdapter[ServerMessage] = TypeAdapter(ServerMessage)
