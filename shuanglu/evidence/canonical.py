"""What is stored, hashed and signed as its canonical JSON (RFC 8785).

Stage: under manifest, statement and strokes. It never signs and never stores.
"""

from __future__ import annotations

from shuanglu.timeline.chain import canonical_bytes, sha256_hex
from shuanglu.wire.base import Wire


class CanonicalObject(Wire):
    """A model with exactly one form in bytes, and a name that follows from them."""

    @property
    def canonical(self) -> bytes:
        """The exact bytes that are stored, and signed or hashed as a challenge."""
        return canonical_bytes(self.model_dump(mode="json"))

    @property
    def sha256(self) -> str:
        """Names the object: on the receipt, as a challenge, in the store."""
        return sha256_hex(self.canonical)
