"""The head of a timeline: all that the next append needs to know of what came before."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

FIXED_COLUMNS = frozenset({"session_id", "script_id", "script_version"})


@dataclass(frozen=True, slots=True)
class SessionHead:
    """A session's row. The field names are the columns."""

    session_id: str
    script_id: str
    script_version: int
    epoch: int
    head_seq: int
    head_hash: str
    head_recorded_at: datetime | None
    recording_origin: datetime | None
    closed_at: datetime | None
    last_append_id: str | None
    last_append_from_seq: int
    last_append_to_seq: int

    def changeable(self) -> dict[str, Any]:
        """The columns that an append may change."""
        return {
            item.name: getattr(self, item.name)
            for item in fields(self)
            if item.name not in FIXED_COLUMNS
        }
