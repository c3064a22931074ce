"""Keys: what signs manifests and tokens and seals templates. A private key stays in its adapter."""

from backing.keys.data_key import FileDataKey
from backing.keys.file import FileSigningKey
from backing.keys.index_key import IndexKey
from backing.keys.interface import DataKey, SigningKey
from backing.keys.template_cipher import TemplateCipher

__all__ = ["DataKey", "FileDataKey", "FileSigningKey", "IndexKey", "SigningKey", "TemplateCipher"]
