"""What every wire message has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Wire(BaseModel):
    """Frozen, and no field that is not declared: an unknown field is an error, not a guess."""

    model_config = ConfigDict(frozen=True, extra="forbid")
