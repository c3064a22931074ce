"""The head of a timeline: all that the next append needs to know of what came before."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class SessionHead:
    """A session's row. The field names are the columns."""

    session_id: str
    script_id: str
    script_version: int
    epoch: int
    head_seq: int
    head_hash: str
    recording_origin: datetime | None
    closed_at: datetime | None
    last_append_id: str | None
    last_append_from_seq: int
    last_append_to_seq: int

    def changeable(self) -> dict[str, Any]:
        """The columns that an append may change."""
        fixed = {"session_id", "script_id", "script_version"}
        return {name: value for name, value in asdict(self).items() if name not in fixed}
