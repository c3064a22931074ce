"""What the repositories of this noun return: frozen, without any row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shuanglu.timeline.events import Assurance


@dataclass(frozen=True, slots=True)
class CustomerCredential:
    """A public key that the customer registered for one session."""

    credential_id: str
    session_id: str
    assurance: Assurance
    public_key: bytes
    algorithm: int
    sign_count: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class IssuedStatement:
    """A statement that waits for its signature, or has it."""

    statement_sha256: str
    session_id: str
    step_id: str
    attempt: int
    canonical: str
    issued_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class OneTimeCode:
    """The code that goes with one statement. Only its hash is kept, unless staff must see it."""

    statement_sha256: str
    code_sha256: str
    channel: str
    attempts_left: int
    expires_at: datetime
