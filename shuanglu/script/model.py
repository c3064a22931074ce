"""The script: versioned data, immutable once published, its hash in every record.

Stage: read from YAML by the caller, validated here. It never runs anything.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field, model_validator

from shuanglu.errors import InvalidInputError
from shuanglu.parsed import parsed
from shuanglu.script.conditions import TOLD, Circumstance
from shuanglu.script.refusal import refusal, require_own_ids
from shuanglu.script.steps import (
    AgentDelivery,
    AskedStep,
    Choice,
    ConfirmationStep,
    ConsentStep,
    DisclosureStep,
    DocumentFile,
    DocumentStep,
    IdentityStep,
    KeySentence,
    LivenessStep,
    QuestionnaireStep,
    QuestionStep,
    RecordedDelivery,
    ScriptPart,
    ShowStep,
    SignatureStep,
    Step,
    StepKind,
    SummaryStep,
    TalkStep,
    Text,
    document_sha256,
)
from shuanglu.timeline.chain import canonical_bytes, sha256_hex
from shuanglu.timeline.events import Assurance
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
    "Script",
    "ShowStep",
    "SignatureStep",
    "Step",
    "StepKind",
    "SummaryStep",
    "TalkStep",
    "Text",
    "document_sha256",
    "parse_script",
]


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
    scenario: str | None = Field(
        default=None,
        pattern=r"^[a-z][a-z0-9-]{1,39}$",
        description="kind of sale: what the linter demands of it",
        exclude_if=is_absent,
    )
    in_force_from: date | None = Field(default=None, exclude_if=is_absent)
    circumstances: tuple[Circumstance, ...] | None = Field(
        default=None,
        description="must be told when a session is created",
        exclude_if=is_absent,
    )
    steps: tuple[Step, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _steps_make_sense(self) -> Script:
        require_own_ids([step.id for step in self.steps], "steps")
        last = ("steps", len(self.steps) - 1)
        if self.steps[-1].kind != "confirmation":
            told = "the last step must be the confirmation: it covers all before it"
            raise refusal("last_is_confirmation", told, at=last)
        if self.steps[-1].when is not None:
            told = "the confirmation has no condition: without it nothing is signed"
            raise refusal("confirmation_conditional", told, at=(*last, "when"))
        if not TOLD.issuperset(self.circumstances or ()):
            told = "age, risk_level and level_changed are found out, not told before"
            raise refusal("found_out_not_told", told, at=("circumstances",))
        self._conditions_look_back()
        return self

    def _conditions_look_back(self) -> None:
        before: set[str] = set()
        for number, step in enumerate(self.steps):
            unknown = step.when.answers - before if step.when else frozenset()
            if unknown:
                told = "step {step} depends on {asked}, which does not come before it"
                here = ("steps", number, "when")
                raise refusal("asks_later", told, at=here, step=step.id, asked=min(unknown))
            before.add(step.id)

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


def parse_script(data: Any) -> Script:  # noqa: ANN401 - what YAML or JSON gave
    """Validate a script; raises :class:`InvalidInputError` naming the field."""
    return parsed(Script, data, whole="script")
