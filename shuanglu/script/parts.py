"""What every part and every step of a script has.

Stage: below the steps. A published script is named by the hash of its canonical JSON, so
a field that is added must stay out of the scripts that do not use it.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shuanglu.script.conditions import Condition
from shuanglu.timeline.events.payload import is_absent


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
    when: Condition | None = Field(
        default=None,
        description="the step applies unless this is known not to hold",
        exclude_if=is_absent,
    )
    on_exhausted: Literal["person", "stop"] | None = Field(
        default=None,
        description="when the attempts are used up; absent: a person takes over",
        exclude_if=is_absent,
    )
    time_limit_s: int | None = Field(
        default=None,
        ge=10,
        le=3600,
        description="the customer's turn of one attempt; longer fails the attempt",
        exclude_if=is_absent,
    )
