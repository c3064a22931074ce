"""The run of the script: steps, prompts, answers, signatures, confirmations, the verdict."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shuanglu.timeline.events.display import VoiceSpeed
from shuanglu.timeline.events.payload import MediaMs, Payload, Sha256Hex, is_absent
from shuanglu.timeline.events.screen import ScreenNote


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
    speed: VoiceSpeed | None = Field(default=None, exclude_if=is_absent)
    synthetic: bool | None = Field(
        default=None, description="a machine spoke it (REG-30)", exclude_if=is_absent
    )
    meanwhile: Literal["card"] | None = Field(
        default=None,
        description="what the customer may hold up already while it is heard",
        exclude_if=is_absent,
    )


class PromptRepeated(Payload):
    """The customer asked to hear the step's speech once more. It counts for nothing."""

    type: Literal["prompt.repeated"] = "prompt.repeated"
    step_id: str
    attempt: int
    audio_sha256: Sha256Hex
    duration_ms: int
    speed: VoiceSpeed
    synthetic: bool = Field(description="a machine spoke it (REG-30)")


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
    """Voice activity in the answer window; its words are in ``speech.recognised``."""

    type: Literal["answer.heard"] = "answer.heard"
    step_id: str
    attempt: int
    from_ms: MediaMs
    to_ms: MediaMs
    speech_ms: int = Field(ge=0)
    hesitation_ms: int | None = Field(
        default=None,
        ge=0,
        description="from the end of the question to the first sound (R18)",
        exclude_if=is_absent,
    )
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
    basis: Literal[
        "words",  # recognised as clearly accepted; no tap was needed
        "words_and_tap",  # tapped, and the words agree
        "voice_and_tap",  # tapped and a voice was heard; the words are unclear or not known
        "tap_voice_not_evaluated",
        "voice_missing",
        "choice_refused",
        "words_refused",  # recognised as clearly refused
        "words_contradict",  # tapped an accepted choice, said a refused one
        "other_face",  # another person's face was before the camera
    ]
    words: str | None = Field(
        default=None, description="the answer's words as recognised", exclude_if=is_absent
    )
    words_class: Literal["yes", "no", "unclear", "question"] | None = Field(
        default=None, exclude_if=is_absent
    )
    confidence: float | None = Field(default=None, ge=0, le=1, exclude_if=is_absent)


class DocumentRead(Payload):
    """The document was shown on the phone to its last page."""

    type: Literal["document.read"] = "document.read"
    step_id: str
    attempt: int
    document_sha256: Sha256Hex
    pages: int = Field(ge=1)
    page_seen_ms: tuple[int, ...] = Field(description="time each page was in view, in ms")


class KeySentenceMarked(Payload):
    """After reading, the customer tapped a sentence of the document, or copied it."""

    type: Literal["key_sentence.marked"] = "key_sentence.marked"
    step_id: str
    attempt: int
    sentence: int = Field(ge=1, description="which of the step's key sentences")
    by: Literal["tap", "copy"]
    words: str | None = Field(description="as they were copied; None for a tap")


class SuitabilityChecked(Payload):
    """What the server counted of this customer's earlier risk assessments (REG-24)."""

    type: Literal["suitability.checked"] = "suitability.checked"
    evaluated: bool = Field(description="False: the server could not say; nothing is presumed")
    today: int = Field(ge=0)
    last_12_months: int = Field(ge=0, description="today's included")
    previous_level: int | None = Field(ge=1, le=5)
    previous_on: date | None
    policy_version: int


class QuestionnaireAnswered(Payload):
    """Every question of a questionnaire answered by a tap; the level follows from them."""

    type: Literal["questionnaire.answered"] = "questionnaire.answered"
    step_id: str
    attempt: int
    answers: dict[str, str] = Field(description="id of the option by id of the question")
    score: int
    level: int = Field(ge=1, le=5, description="REG-24: risk tolerance, 1 the lowest")


class StillCaptured(Payload):
    """A paper held to the camera, frozen as a still; the JPEG is an object named by hash."""

    type: Literal["still.captured"] = "still.captured"
    step_id: str
    attempt: int
    at_ms: MediaMs
    still_sha256: Sha256Hex
    still_bytes: int = Field(ge=1)
    sharpness: float
    glare_share: float = Field(ge=0, le=1)


class TalkEnded(Payload):
    """A stretch of free talk is over, on the customer's word."""

    type: Literal["talk.ended"] = "talk.ended"
    step_id: str
    attempt: int
    from_ms: MediaMs
    to_ms: MediaMs
    speech_ms: int | None = Field(ge=0, description="voice in it; None: not evaluated")


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


class Legibility(StrEnum):
    """What the handwriting of a signature comes to."""

    LEGIBLE = "legible"
    UNSURE = "unsure"  # part of the name was read: a person looks
    ILLEGIBLE = "illegible"
    OTHER_NAME = "other_name"  # surely read, and not the customer's name
    NOT_EVALUATED = "not_evaluated"


class SignatureJudged(Payload):
    """Whether a signature is the customer's name, legibly written: form, then words.

    It comes before the ``signature.made`` that it speaks of.
    """

    type: Literal["signature.judged"] = "signature.judged"
    step_id: str
    attempt: int
    strokes_sha256: Sha256Hex
    outcome: Legibility
    reasons: tuple[str, ...] = Field(description="e.g. too_small, scribble, name_differs, not_read")
    scores: dict[str, float] = Field(description="what was measured: form, agreement, confidence")
    text: str | None = Field(description="as the recogniser read it; None: not read")
    name_of: Literal["card", "session"] = Field(description="where the name compared with is from")
    policy_version: int
    model_sha256: Sha256Hex | None = Field(description="the recogniser; None: it did not read")


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
        "other_face",
        "identity_refused",
        "liveness_failed",
        "liveness_inconclusive",
        "interrupted",
        "media_missing",
        "customer_redo",
        "time_used_up",
        "talk_too_short",
        "reading_incomplete",  # sentences were not heard, however often they were asked for
        "signature_illegible",
        "signature_other_name",
    ]


class ScriptStopped(Payload):
    """The script ends here: the sale must not go on. The record is closed as incomplete."""

    type: Literal["script.stopped"] = "script.stopped"
    step_id: str
    attempt: int
    reason: Literal[
        "customer_refused",  # an answer that the script lets end the sale
        "not_suitable",  # the product's risk exceeds the customer's tolerance (REG-24)
        "attempts_used_up",
        "assessments_used_up",  # REG-24: so many a day, so many in twelve months
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
    """Closes the timeline. ``incomplete`` closes it only where the script was stopped."""

    type: Literal["verdict.given"] = "verdict.given"
    outcome: Outcome
    missing: tuple[Missing, ...] = ()
    not_evaluated: tuple[Missing, ...] = ()
    recorded_ms: int
    gap_ms: int
    notes: tuple[ScreenNote, ...] | None = Field(
        default=None,
        description="what is not whole, by the policies that the session was created under",
        exclude_if=is_absent,
    )
