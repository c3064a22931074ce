"""The objects of one session's record, each named by its hash. They are never changed.

Stage: beside the session, between its desks and the object store.
"""

from __future__ import annotations

from backing.objects import ObjectStore
from shuanglu.timeline.chain import sha256_hex


class RecordObjects:
    """Keeps and fetches what a timeline names by hash."""

    def __init__(self, objects: ObjectStore, session_id: str) -> None:
        self._objects = objects
        self._session_id = session_id

    async def keep(self, data: bytes, *, content_type: str) -> str:
        """Store; its SHA-256."""
        sha256 = sha256_hex(data)
        await self._objects.put(self._key(sha256), data, content_type=content_type)
        return sha256

    async def fetch(self, sha256: str) -> bytes:
        """Read; raises ``NotFoundError``."""
        return await self._objects.get(self._key(sha256))

    def _key(self, sha256: str) -> str:
        return f"sessions/{self._session_id}/objects/{sha256}"
