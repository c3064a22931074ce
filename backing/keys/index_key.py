"""Names a person by a keyed hash, so that rows can be found again without saying whose they are.

Stage: in the media worker, before ``assessment.*``. A citizen number has so few values that a
plain hash would give it away; without the key this one says nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path

from backing.keys.private_file import load_or_create
from shuanglu.errors import InvalidInputError

KEY_BYTES = 32


class IndexKey:
    """HMAC-SHA-256 (RFC 2104) under a key of our own."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise InvalidInputError("an index key has 32 bytes", field="key")
        self._key = key

    @classmethod
    def load_or_create(cls, path: Path) -> IndexKey:
        """The key in ``path``, made there on the first call; blocks on the disk."""
        return cls(load_or_create(path, lambda: secrets.token_bytes(KEY_BYTES)))

    def name(self, number: str) -> str:
        """64 hexadecimal digits that stand for the person of that number."""
        return hmac.new(self._key, number.encode(), hashlib.sha256).hexdigest()
