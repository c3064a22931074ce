"""The steps that a script is made of, one frozen model a kind.

Stage: below the script. A published script is named by the hash of its canonical JSON, so
a field that is added to a kind of step must stay out of the scripts that do not use it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from shuanglu.rules.reading import sentences
from shuanglu.script.asked import AskedStep, Choice, ConsentStep, QuestionStep, SummaryStep
from shuanglu.script.delivery import AgentDelivery, Delivery, RecordedDelivery
from shuanglu.script.document import DocumentFile, DocumentStep, KeySentence, document_sha256
from shuanglu.script.parts import ScriptPart, StepBase, Text
from shuanglu.script.questionnaire import QuestionnaireStep, RiskOption, RiskQuestion
from shuanglu.timeline.events import CardSide
from shuanglu.timeline.events.payload import is_absent

__all__ = [
    "AgentDelivery",
    "AskedStep",
    "Choice",
    "ConfirmationStep",
    "ConsentStep",
    "DisclosureStep",
    "DocumentFile",
    "DocumentStep",
    "IdentityStep",
    "KeySentence",
    "LivenessStep",
    "QuestionStep",
    "QuestionnaireStep",
    "RecordedDelivery",
    "RiskOption",
    "RiskQuestion",
    "ScriptPart",
    "ShowStep",
    "SignatureStep",
    "Step",
    "StepKind",
    "SummaryStep",
    "TalkStep",
    "Text",
    "document_sha256",
]


class DisclosureStep(StepBase):
    """Spoken to its end, with proof of playback from the phone, or read aloud by the agent."""

    kind: Literal["disclosure"] = "disclosure"
    delivery: Delivery | None = Field(
        default=None,
        description="who speaks it; absent: it is synthesised",
        exclude_if=is_absent,
    )

    @model_validator(mode="after")
    def _has_the_sentences(self) -> DisclosureStep:
        delivery = self.delivery
        if isinstance(delivery, AgentDelivery) and delivery.required is not None:
            count, numbers = len(sentences(self.say)), delivery.required
            if max(numbers) > count or len(set(numbers)) != len(numbers):
                raise ValueError(f"required: numbers of the {count} sentences of `say`, each once")
        return self

    @property
    def reader(self) -> AgentDelivery | None:
        """How it is read aloud, if a person beside the customer reads it."""
        return self.delivery if isinstance(self.delivery, AgentDelivery) else None

    @property
    def recording(self) -> RecordedDelivery | None:
        """Which recording is played, if one is."""
        return self.delivery if isinstance(self.delivery, RecordedDelivery) else None

    @property
    def wanted(self) -> tuple[int, ...]:
        """Numbers of the sentences that the reader must be heard to say."""
        if self.reader is None:
            return ()
        return self.reader.required or tuple(range(1, len(sentences(self.say)) + 1))


class SignatureStep(StepBase):
    """A handwritten signature made while the face is in the picture."""

    kind: Literal["signature"] = "signature"
    min_points: int = Field(default=8, ge=2)
    min_ms: int = Field(default=300, ge=0, description="least time from pen down to pen up")
    legible: Literal[True] | None = Field(
        default=None,
        description="the customer's name must be readable in it; absent: any strokes will do",
        exclude_if=is_absent,
    )


class IdentityStep(StepBase):
    """The ID card shown to the camera, read, checked, confirmed; its portrait compared 1:1."""

    kind: Literal["identity"] = "identity"
    document: Literal["prc-id-2"] = Field(
        default="prc-id-2", description="which adapter reads it: PRC second generation first"
    )
    sides: tuple[CardSide, ...] = Field(default=(CardSide.FRONT,), min_length=1, max_length=2)
    match_face: bool = Field(default=True, description="compare the card's portrait 1:1")


class LivenessStep(StepBase):
    """Challenges drawn at random by the server, one after the other."""

    kind: Literal["liveness"] = "liveness"
    passes: int = Field(default=2, ge=1, le=3, description="different challenges to be passed")


class ShowStep(StepBase):
    """A paper is held to the camera: a certificate, a page; legible, frozen as a still."""

    kind: Literal["show"] = "show"
    subject: Text = Field(description="what is to be shown")


class TalkStep(StepBase):
    """Free talk, until the customer says that it is over."""

    kind: Literal["talk"] = "talk"
    min_ms: int = Field(default=5_000, ge=0, description="shorter does not count")


class ConfirmationStep(StepBase):
    """The customer's key signs the statement."""

    kind: Literal["confirmation"] = "confirmation"


Step = Annotated[
    DisclosureStep
    | QuestionStep
    | DocumentStep
    | IdentityStep
    | LivenessStep
    | SignatureStep
    | ConsentStep
    | SummaryStep
    | QuestionnaireStep
    | ShowStep
    | TalkStep
    | ConfirmationStep,
    Field(discriminator="kind"),
]


class StepKind(StrEnum):
    """The kinds of step, as they stand in YAML."""

    DISCLOSURE = "disclosure"
    QUESTION = "question"
    DOCUMENT = "document"
    IDENTITY = "identity"
    LIVENESS = "liveness"
    SIGNATURE = "signature"
    CONFIRMATION = "confirmation"
    CONSENT = "consent"
    SUMMARY = "summary"
    QUESTIONNAIRE = "questionnaire"
    SHOW = "show"
    TALK = "talk"
