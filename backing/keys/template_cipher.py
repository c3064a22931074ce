"""Seals face templates for one session and purpose, so that whoever keeps them cannot read them.

Stage: in the media worker, before ``template.keep`` and after ``template.load``. It never
stores or logs a template.
"""

from __future__ import annotations

import json

from backing.keys.interface import DataKey


class TemplateCipher:
    """A template of one session never opens as that of another session or purpose."""

    def __init__(self, key: DataKey) -> None:
        self._key = key

    async def encrypt(self, session_id: str, purpose: str, vector: bytes) -> bytes:
        """The template, sealed."""
        return await self._key.encrypt(vector, associated=_associated(session_id, purpose))

    async def decrypt(self, session_id: str, purpose: str, sealed: bytes) -> bytes:
        """The template; ``InvalidInputError`` if it was sealed for another place or altered."""
        return await self._key.decrypt(sealed, associated=_associated(session_id, purpose))


def _associated(session_id: str, purpose: str) -> bytes:
    return json.dumps(["face-template", session_id, purpose]).encode()
