"""The script: versioned data, immutable once published, its hash in every record.

Stage: read from YAML by the caller, validated here. It never runs anything.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shuanglu.errors import InvalidInputError
from shuanglu.parsed import parsed
from shuanglu.timeline.chain import canonical_bytes, sha256_hex
from shuanglu.timeline.events import Assurance, CardSide, Sha256Hex


class ScriptPart(BaseModel):
    """Base of every part of a script: frozen, no undeclared field."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(ScriptPart):
    """Words in every language that the page speaks. Chinese is the one that counts."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class StepBase(ScriptPart):
    """What every step has."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")
    title: Text
    clauses: tuple[str, ...] = Field(description="regulation items that the step serves, REG-n")
    say: str = Field(min_length=1, max_length=1200, description="spoken to the customer, Chinese")
    show: Text = Field(description="the words on the screen")
    max_attempts: int = Field(default=3, ge=1, le=10)


class DisclosureStep(StepBase):
    """Spoken to its end, with proof of playback from the phone."""

    kind: Literal["disclosure"] = "disclosure"


class Choice(ScriptPart):
    """One answer that can be tapped beside the spoken one."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,19}$")
    label: Text
    accepted: bool


class QuestionStep(StepBase):
    """Asked aloud; answered aloud and, until words are recognised, tapped as well."""

    kind: Literal["question"] = "question"
    choices: tuple[Choice, ...] = Field(min_length=2)
    min_speech_ms: int = Field(default=250, ge=100, description="least voice that is an answer")

    @model_validator(mode="after")
    def _choices_make_sense(self) -> QuestionStep:
        ids = [choice.id for choice in self.choices]
        if len(set(ids)) != len(ids):
            raise ValueError("two choices have the same id")
        if not any(choice.accepted for choice in self.choices):
            raise ValueError("no choice is accepted: the step could never be completed")
        return self


class DocumentStep(StepBase):
    """A document read to its end, pinned by hash."""

    kind: Literal["document"] = "document"
    document: str = Field(description="name of the document beside the script")
    document_sha256: Sha256Hex
    pages: tuple[Text, ...] = Field(min_length=1, description="the document's text, page by page")
    min_page_ms: int = Field(default=1000, ge=0, description="least time that a page is in view")

    @model_validator(mode="after")
    def _hash_names_the_pages(self) -> DocumentStep:
        if self.document_sha256 != document_sha256(self.pages):
            raise ValueError("document_sha256 is not the hash of the pages")
        return self


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


class Script(ScriptPart):
    """One published version of a scenario's script."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")
    version: int = Field(ge=1)
    title: Text
    institution: str = Field(min_length=1, max_length=80)
    voice: str = Field(description="voice that renders what is said")
    minimum_assurance: Assurance
    retention_years: int = Field(ge=1, description="REG-14, REG-23; told to the customer")
    estimated_minutes: int = Field(ge=1)
    steps: tuple[Step, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _steps_make_sense(self) -> Script:
        ids = [step.id for step in self.steps]
        if len(set(ids)) != len(ids):
            raise ValueError("two steps have the same id")
        if self.steps[-1].kind != "confirmation":
            raise ValueError("the last step must be the confirmation: it covers all before it")
        return self

    @property
    def sha256(self) -> str:
        """Hash of the canonical JSON: names this version in every record."""
        return sha256_hex(canonical_bytes(self.model_dump(mode="json")))

    def step(self, step_id: str) -> Step:
        """The step of that id; raises :class:`InvalidInputError` if there is none."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise InvalidInputError("the script has no such step", field="step_id")


def document_sha256(pages: tuple[Text, ...]) -> str:
    """Hash that pins a document: SHA-256 over the canonical JSON of its pages."""
    return sha256_hex(canonical_bytes([page.model_dump(mode="json") for page in pages]))


def parse_script(data: Any) -> Script:  # noqa: ANN401 - what YAML or JSON gave
    """Validate a script; raises :class:`InvalidInputError` naming the field."""
    return parsed(Script, data, whole="script")
