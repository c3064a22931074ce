"""The steps that a script is made of, one frozen model a kind.

Stage: below the script. A published script is named by the hash of its canonical JSON, so
a field that is added to a kind of step must stay out of the scripts that do not use it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shuanglu.timeline.chain import canonical_bytes, sha256_hex
from shuanglu.timeline.events import CardSide, Sha256Hex

SpokenWords = Annotated[str, Field(min_length=1, max_length=40)]


def _is_empty(value: tuple[str, ...]) -> bool:
    """Keeps a field that scripts did not always have out of them, and so out of their hash."""
    return not value


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
    """Asked aloud; answered aloud, and tapped as well where the words are not sure."""

    kind: Literal["question"] = "question"
    choices: tuple[Choice, ...] = Field(min_length=2)
    accepted_words: tuple[SpokenWords, ...] = Field(
        default=(),
        max_length=40,
        description="say yes, beside the labels of accepted choices; Chinese",
        exclude_if=_is_empty,
    )
    refused_words: tuple[SpokenWords, ...] = Field(
        default=(),
        max_length=40,
        description="say no, beside the labels of refused choices; Chinese",
        exclude_if=_is_empty,
    )
    min_speech_ms: int = Field(default=250, ge=100, description="least voice that is an answer")

    @model_validator(mode="after")
    def _choices_make_sense(self) -> QuestionStep:
        ids = [choice.id for choice in self.choices]
        if len(set(ids)) != len(ids):
            raise ValueError("two choices have the same id")
        if not any(choice.accepted for choice in self.choices):
            raise ValueError("no choice is accepted: the step could never be completed")
        yes, no = set(self.yes_words), set(self.no_words)
        if no.intersection(self.accepted_words) or yes.intersection(self.refused_words):
            raise ValueError("the same words would be accepted and refused")
        return self

    @property
    def yes_words(self) -> tuple[str, ...]:
        """Words that are an accepted answer: the labels of accepted choices, and more."""
        return self._labels(accepted=True) + self.accepted_words

    @property
    def no_words(self) -> tuple[str, ...]:
        """Words that are a refused answer: the labels of refused choices, and more."""
        return self._labels(accepted=False) + self.refused_words

    def _labels(self, *, accepted: bool) -> tuple[str, ...]:
        return tuple(c.label.zh for c in self.choices if c.accepted is accepted)


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


def document_sha256(pages: tuple[Text, ...]) -> str:
    """Hash that pins a document: SHA-256 over the canonical JSON of its pages."""
    return sha256_hex(canonical_bytes([page.model_dump(mode="json") for page in pages]))
