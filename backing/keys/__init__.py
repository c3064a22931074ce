"""Keys: what signs manifests and tokens. A private key never leaves its adapter."""

from backing.keys.file import FileSigningKey
from backing.keys.interface import SigningKey

__all__ = ["FileSigningKey", "SigningKey"]
