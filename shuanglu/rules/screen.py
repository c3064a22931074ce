"""Whether what the customer's page showed was recorded (REG-19): versioned data, and one question.

Stage: pure rules, asked by the verdict. A page that stands still makes no events, so silence is
no gap: what counts is when the recording began, what the server told as a gap, and whether it
still ran when the last step began.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from importlib import resources
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from shuanglu.errors import InvalidInputError
from shuanglu.parsed import parsed
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import ScreenNote

SHIPPED_VERSIONS = (1,)

Weight = Literal["note", "review"]


class ScreenPolicy(BaseModel):
    """One version of the policy. Durations in milliseconds of media time."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: int = Field(ge=1)
    in_force_from: date
    source: str = Field(pattern=r"^REG-[0-9]+$")
    not_recorded: Weight
    partly_recorded: Weight
    begins_within_ms: int = Field(ge=0, description="after the first step begins")
    most_gap_ms: int = Field(ge=0, description="of all gaps together")
    ended_within_ms: int = Field(ge=0, description="before the last step begins")

    def weight(self, note: ScreenNote) -> Weight:
        """Whether a person must look at it."""
        lost_all = note is ScreenNote.NOT_RECORDED
        return self.not_recorded if lost_all else self.partly_recorded


def shipped_screen(version: int = SHIPPED_VERSIONS[-1]) -> ScreenPolicy:
    """A version that ships with this software; raises ``InvalidInputError`` for another."""
    if version not in SHIPPED_VERSIONS:
        raise InvalidInputError("no such policy of the screen", field="screen_policy_version")
    name = f"screen-{version}.yaml"
    text = resources.files("shuanglu.rules.policy").joinpath(name).read_text("utf-8")
    return parsed(ScreenPolicy, yaml.safe_load(text), whole="policy")


def screen_note(events: Sequence[ev.Event], policy: ScreenPolicy) -> ScreenNote | None:
    """What is to be said of the screen; nothing where no step was begun, or all is there."""
    steps_ms = [_at_ms(event) for event in events if isinstance(event.payload, ev.StepBegun)]
    if not steps_ms:
        return None
    stored = [e.payload for e in events if isinstance(e.payload, ev.ScreenStored)]
    if not stored:
        return ScreenNote.NOT_RECORDED
    gaps = [e.payload for e in events if isinstance(e.payload, ev.ScreenGap)]
    began_late = stored[0].from_ms - steps_ms[0] > policy.begins_within_ms
    ended_early = steps_ms[-1] - stored[-1].to_ms > policy.ended_within_ms
    lost_ms = sum(gap.to_ms - gap.from_ms for gap in gaps)
    is_partly = began_late or ended_early or lost_ms > policy.most_gap_ms
    return ScreenNote.PARTLY_RECORDED if is_partly else None


def _at_ms(event: ev.Event) -> int:
    return event.media_time_ms or 0
