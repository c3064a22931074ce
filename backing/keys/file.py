"""An Ed25519 signing key in a file: the embedded default.

Stage: behind :class:`backing.keys.interface.SigningKey`. The private key stays in this
object; nothing returns it. A production installation signs in a KMS instead.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from backing.keys.private_file import load_or_create
from shuanglu.errors import InvalidInputError

KEY_ID_HEX_DIGITS = 16


class FileSigningKey:
    """An Ed25519 key (RFC 8032), kept as PKCS #8 PEM (RFC 5958, RFC 8410), mode 0600."""

    def __init__(self, private_key: Ed25519PrivateKey) -> None:
        self._private_key = private_key
        self._public_key = private_key.public_key().public_bytes_raw()

    @classmethod
    def load_or_create(cls, path: Path) -> FileSigningKey:
        """The key in ``path``, made there on the first call.

        Raises ``NotAllowedError`` for a file that others may read, ``InvalidInputError``
        for one that holds no Ed25519 key. Blocks on the disk: call it while starting.
        """
        pem = load_or_create(path, _new_pem)
        try:
            key = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise InvalidInputError("the key file holds no private key") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise InvalidInputError("the key file holds another kind of key than Ed25519")
        return cls(key)

    @property
    def key_id(self) -> str:
        """First 16 hexadecimal digits of the SHA-256 of the raw public key."""
        return hashlib.sha256(self._public_key).hexdigest()[:KEY_ID_HEX_DIGITS]

    @property
    def public_key(self) -> bytes:
        """Raw public key, 32 bytes."""
        return self._public_key

    async def sign(self, data: bytes) -> bytes:
        """Signature, 64 bytes."""
        return self._private_key.sign(data)


def _new_pem() -> bytes:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
