"""Password hashing (argon2id, RFC 9106). Blocks for tens of milliseconds: run it in a thread."""

from __future__ import annotations

import asyncio
import base64
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

GENERATED_PASSWORD_BYTES = 15
"""Entropy of a generated password: 120 bits."""
CONCURRENT_HASHES = 2
"""Each takes 64 MiB: a flood of logins must not take all memory."""


class Passwords:
    """Hashes and verifies; an unknown name costs as much time as a known one."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._decoy = _decoy(self._hasher)
        self._turn = asyncio.Semaphore(CONCURRENT_HASHES)

    async def hash(self, password: str) -> str:
        """The PHC string to store."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, stored: str | None, password: str) -> bool:
        """Whether the password is right; ``None`` is compared with a decoy and never right."""
        async with self._turn:
            right = await asyncio.to_thread(self._verify, stored or self._decoy, password)
        return right and stored is not None

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


def _decoy(hasher: PasswordHasher) -> str:
    """A well-formed hash of nothing known, with the same costs as a real one."""
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")
        for size in (hasher.salt_len, hasher.hash_len)
    )
    return f"$argon2id$v=19${costs}${salt}${digest}"


def generated_password() -> str:
    """A password for the first login; shown once."""
    return secrets.token_urlsafe(GENERATED_PASSWORD_BYTES)
