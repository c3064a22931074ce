"""What a signing key and a data key promise."""

from __future__ import annotations

from typing import Protocol


class SigningKey(Protocol):
    """An Ed25519 key (RFC 8032) that signs manifests."""

    @property
    def key_id(self) -> str:
        """First 16 hexadecimal digits of the SHA-256 of the raw public key."""
        ...

    @property
    def public_key(self) -> bytes:
        """Raw public key, 32 bytes."""
        ...

    async def sign(self, data: bytes) -> bytes:
        """Signature, 64 bytes."""
        ...


class DataKey(Protocol):
    """An AES-256-GCM key that seals small secrets; a file now, a KMS in production."""

    @property
    def key_id(self) -> str:
        """Names the key, and tells nothing of it."""
        ...

    async def encrypt(self, data: bytes, *, associated: bytes) -> bytes:
        """``data`` sealed; only the same ``associated`` opens it."""
        ...

    async def decrypt(self, sealed: bytes, *, associated: bytes) -> bytes:
        """What was sealed; ``InvalidInputError`` for another key, place or altered bytes."""
        ...
