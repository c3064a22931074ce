"""The steps that a script is made of, one frozen model a kind.

Stage: below the script. A published script is named by the hash of its canonical JSON, so
a field that is added to a kind of step must stay out of the scripts that do not use it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from shuanglu.script.asked import AskedStep, Choice, ConsentStep, QuestionStep, SummaryStep
from shuanglu.script.document import DocumentFile, DocumentStep, KeySentence, document_sha256
from shuanglu.script.parts import ScriptPart, StepBase, Text
from shuanglu.script.questionnaire import QuestionnaireStep, RiskOption, RiskQuestion
from shuanglu.timeline.events import CardSide

__all__ = [
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
    """Spoken to its end, with proof of playback from the phone."""

    kind: Literal["disclosure"] = "disclosure"


class SignatureStep(StepBase):
    """A handwritten signature made while the face is in the picture."""

    kind: Literal["signature"] = "signature"
    min_points: int = Field(default=8, ge=2)
    min_ms: int = Field(default=300, ge=0, description="least time from pen down to pen up")


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
