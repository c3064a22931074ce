"""What a signing key promises."""

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
