"""What a verification says: one result a step, and which failed first."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from shuanglu.timeline.events import Outcome
from shuanglu.wire.base import Wire


class StepStatus(StrEnum):
    """How a step ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_EVALUATED = "not_evaluated"


class StepResult(Wire):
    """One step. ``reason`` is stable, for machines; ``detail`` is for people."""

    number: int
    title: str
    status: StepStatus
    reason: str | None
    detail: str


class RecordSummary(Wire):
    """What the manifest claims; only as good as the report's steps."""

    record_number: str
    institution: str
    sealed_at: datetime
    outcome: Outcome
    recorded_ms: int
    manifest_sha256: str
    signing_key_id: str


class Report(Wire):
    """The whole verification."""

    steps: tuple[StepResult, ...]
    key_pinned: bool = Field(description="whether the signing key was known beforehand")
    record: RecordSummary | None

    @property
    def passed(self) -> bool:
        """Whether every step ran and passed."""
        return all(step.status is StepStatus.PASSED for step in self.steps)

    @property
    def first_failure(self) -> StepResult | None:
        """The first step that failed."""
        return next((step for step in self.steps if step.status is StepStatus.FAILED), None)
