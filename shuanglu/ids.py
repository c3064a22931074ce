"""Identifiers. Random ones are drawn from ``secrets``; none carries personal data."""

from __future__ import annotations

import secrets
from datetime import datetime

# Crockford base 32: no I, L, O, U, so that it can be read out over a telephone.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
INVITATION_CODE_BYTES = 18
"""Entropy of an invitation code: 144 bits, past guessing even without a rate limit."""


def _letters(count: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(count))


def new_session_id() -> str:
    """A session's identifier, e.g. ``ses_4QZ8…`` (100 bits)."""
    return f"ses_{_letters(20)}"


def new_record_number(at: datetime) -> str:
    """The number on the customer's receipt, e.g. ``SL-20261123-7KQ2M9XB`` (40 bits a day)."""
    return f"SL-{at:%Y%m%d}-{_letters(8)}"


def new_invitation_code() -> str:
    """A single-use code, URL-safe. Only its hash is ever stored."""
    return secrets.token_urlsafe(INVITATION_CODE_BYTES)


def new_connection_id() -> str:
    """Names one WebSocket connection of one page."""
    return f"con_{_letters(12)}"


def new_staff_id() -> str:
    """A staff member's identifier."""
    return f"stf_{_letters(12)}"


def new_draft_id() -> str:
    """Names one draft of a script."""
    return f"drf_{_letters(12)}"


def new_one_time_code() -> str:
    """Six digits for the weaker confirmation (REG-17); valid once, for minutes."""
    return f"{secrets.randbelow(1_000_000):06d}"


def new_handover_digits() -> str:
    """Eight digits that a customer types to go on in another browser; valid once, for minutes."""
    return f"{secrets.randbelow(100_000_000):08d}"
