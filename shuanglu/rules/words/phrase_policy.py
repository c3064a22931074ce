"""The policy of phrases: what must not be said, what must, and what takes it back.

Stage: read once from YAML beside the other policies. It never looks at a text.
"""

from __future__ import annotations

from datetime import date
from importlib import resources
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from shuanglu.parsed import parsed

Wording = Annotated[str, Field(min_length=1, max_length=40)]
Topic = Literal["guarantee", "deposit", "quota", "coaching", "pressure", "risk", "recording"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Phrase(_Part):
    """One thing that is said, in all the ways it is said."""

    id: str = Field(pattern=r"^[a-z][a-z_]{2,39}$")
    topic: Topic
    kind: Literal["forbidden", "required"]
    severity: Literal["ordinary", "severe"] = "ordinary"
    say: tuple[Wording, ...] = Field(default=(), description="found as written or by its sound")
    say_exactly: tuple[Wording, ...] = Field(
        default=(), description="found only as written: something harmless sounds the same"
    )
    harmless: tuple[Wording, ...] = Field(
        default=(), description="longer wordings in which this one means nothing"
    )

    @model_validator(mode="after")
    def _is_said(self) -> Phrase:
        if not self.say and not self.say_exactly:
            raise ValueError("a phrase has a wording")
        return self


class PhrasePolicy(_Part):
    """One version of the policy; its number stands in every phrase that was heard."""

    version: int = Field(ge=1)
    in_force_from: date
    negators: tuple[Wording, ...] = Field(description="turn what follows into its opposite")
    between: tuple[Wording, ...] = Field(
        description="may stand between a negator and what it negates"
    )
    taken_back_by: tuple[Wording, ...] = Field(
        description="said right after a phrase, these say that it is not so, or ask whether it is"
    )
    phrases: tuple[Phrase, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_unique(self) -> PhrasePolicy:
        names = [phrase.id for phrase in self.phrases]
        if len(set(names)) != len(names):
            raise ValueError("two phrases have the same id")
        return self

    def phrase(self, phrase_id: str) -> Phrase:
        """The phrase of that id; raises ``KeyError``."""
        return {phrase.id: phrase for phrase in self.phrases}[phrase_id]


def parse_phrases(data: Any) -> PhrasePolicy:  # noqa: ANN401 - what YAML or JSON gave
    """Validate a policy; raises :class:`InvalidInputError` naming the field."""
    return parsed(PhrasePolicy, data, whole="policy")


def shipped_phrases() -> PhrasePolicy:
    """The policy that ships with this version of the software."""
    text = resources.files("shuanglu.rules.policy").joinpath("phrases-1.yaml").read_text("utf-8")
    return parse_phrases(yaml.safe_load(text))
