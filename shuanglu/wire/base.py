"""What every wire message has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Wire(BaseModel):
    """Frozen, and no field that is not declared: an unknown field is an error, not a guess.

    Numbers are finite: canonical JSON (RFC 8785) has no infinity, and no message needs one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
