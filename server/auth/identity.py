"""Who is calling, after the credential was verified. Nothing here verifies anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StaffIdentity:
    """A staff member with a login that has neither ended nor expired."""

    staff_id: str
    username: str
    login_id: str


@dataclass(frozen=True, slots=True)
class CustomerIdentity:
    """The customer of exactly one session."""

    session_id: str
    expires_at: datetime
    hand_overs: int
    """How often the session had been handed over when the token was issued."""
