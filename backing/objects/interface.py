"""What the object store promises: written once, whole or not at all, never changed."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

MAX_KEY_LENGTH = 512


class ObjectStore(Protocol):
    """Keys look like ``sessions/ses_…/stretch-0001/000001.seg``: [A-Za-z0-9._/-], no ``..``."""

    async def put(self, key: str, data: bytes, *, content_type: str) -> None:
        """Store durably. The same bytes again are fine; other bytes raise ``ConflictError``."""
        ...

    async def put_file(self, key: str, path: Path, *, content_type: str) -> None:
        """Store a local file durably; the file stays where it is (a hard link is fine)."""
        ...

    async def get(self, key: str, *, start: int = 0, end: int | None = None) -> bytes:
        """Bytes [start, end). Raises ``NotFoundError``."""
        ...

    async def size(self, key: str) -> int:
        """Bytes of the object. Raises ``NotFoundError``."""
        ...

    async def exists(self, key: str) -> bool:
        """Whether the object is there, whole."""
        ...

    async def keys(self, prefix: str) -> list[str]:
        """All keys that begin with ``prefix``, sorted."""
        ...
