"""What every payload of an event is made of."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Sha256Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
MediaMs = Annotated[int, Field(ge=0)]


class Actor(StrEnum):
    """Who made the event happen."""

    CUSTOMER = "customer"
    STAFF = "staff"
    SYSTEM = "system"
    OBSERVER = "observer"


def is_absent(value: object) -> bool:
    """Keeps a field that an event did not always have out of the events without it.

    Records from before must still be written byte for byte as they were hashed: a field
    that is added to an existing event is optional and carries ``exclude_if=is_absent``.
    """
    return value is None


class Payload(BaseModel):
    """Base of every payload: frozen, finite, and no field that is not declared."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
