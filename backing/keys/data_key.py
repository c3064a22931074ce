"""An AES-256-GCM key in a file: the embedded default for small secrets such as face templates.

Stage: behind :class:`backing.keys.interface.DataKey`. The key stays in this object; nothing
returns it. A production installation encrypts in a KMS instead.
"""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backing.keys.private_file import load_or_create
from shuanglu.errors import InvalidInputError

KEY_BYTES = 32
NONCE_BYTES = 12
"""NIST SP 800-38D 8.2.2: random nonces of 96 bits, far fewer than 2^32 a key."""
FORM = b"\x01"
_KEY_ID_BYTES = 8


class FileDataKey:
    """Sealed bytes are: form (1), key id (8), nonce (12), ciphertext and tag."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._id = hashlib.sha256(b"shuanglu data key\0" + key).digest()[:_KEY_ID_BYTES]

    @classmethod
    def load_or_create(cls, path: Path) -> FileDataKey:
        """The key in ``path``, made there on the first call.

        Raises ``NotAllowedError`` for a file that others may read, ``InvalidInputError``
        for one that holds no key. Blocks on the disk: call it while starting.
        """
        key = load_or_create(path, lambda: secrets.token_bytes(KEY_BYTES))
        if len(key) != KEY_BYTES:
            raise InvalidInputError("the key file holds no AES-256 key")
        return cls(key)

    @property
    def key_id(self) -> str:
        """Names the key, and tells nothing of it."""
        return self._id.hex()

    async def encrypt(self, data: bytes, *, associated: bytes) -> bytes:
        """``data`` sealed; only the same ``associated`` opens it."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return FORM + self._id + nonce + self._cipher.encrypt(nonce, data, associated)

    async def decrypt(self, sealed: bytes, *, associated: bytes) -> bytes:
        """What was sealed; ``InvalidInputError`` for another key, place or altered bytes."""
        head = FORM + self._id
        nonce = sealed[len(head) : len(head) + NONCE_BYTES]
        if not sealed.startswith(head) or len(nonce) != NONCE_BYTES:
            raise InvalidInputError("the bytes are not sealed by this key")
        try:
            return self._cipher.decrypt(nonce, sealed[len(head) + NONCE_BYTES :], associated)
        except InvalidTag as error:
            raise InvalidInputError("the sealed bytes do not open here") from error
