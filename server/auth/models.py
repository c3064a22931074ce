"""Staff, their logins and passkeys, as the services see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A staff member; the hash never leaves ``server/auth``."""

    staff_id: str
    username: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class Login:
    """One login of a staff member."""

    login_id: str
    staff_id: str
    username: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Passkey:
    """A staff member's public key; ids are base64url."""

    credential_id: str
    staff_id: str
    public_key: bytes
    sign_count: int
