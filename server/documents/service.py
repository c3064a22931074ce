"""Takes PDFs in, hands them out again, and says which of a script are missing.

Stage: between the routes and the object store. A document is named by its hash and never
changes; the same file again is the same document. It knows no session.
"""

from __future__ import annotations

import structlog

from backing.objects import ObjectStore
from server.documents.keys import document_key
from server.documents.sandbox import inspected
from shuanglu.errors import InvalidInputError, NotFoundError, ScriptRefusedError
from shuanglu.script.model import DocumentFile, DocumentStep, Script
from shuanglu.timeline.chain import sha256_hex

PDF_TYPE = "application/pdf"

_log = structlog.get_logger(__name__)


class DocumentService:
    """The PDFs that scripts pin."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    async def take(self, data: bytes) -> DocumentFile:
        """Check and store a PDF; raises ``InvalidInputError`` or ``TooLargeError``."""
        found = await inspected(data)
        await self._objects.put(document_key(found.sha256), data, content_type=PDF_TYPE)
        _log.info("document_taken", sha256=found.sha256, pages=found.pages, bytes=found.bytes)
        return DocumentFile(sha256=found.sha256, pages=found.pages, bytes=found.bytes)

    async def get(self, sha256: str) -> bytes:
        """The bytes of that hash; raises ``NotFoundError``, also for a file that was changed."""
        data = await self._objects.get(document_key(sha256))
        if sha256_hex(data) != sha256:
            raise NotFoundError("the stored document is not the one of that name")
        return data

    async def missing(self, script: Script) -> frozenset[str]:
        """Ids of the document steps whose PDF is not here, or has another size."""
        return frozenset(
            [step_id for step_id, file in _files(script) if not await self._is_here(file)]
        )

    async def require(self, script: Script) -> None:
        """Every PDF is here and is what the script says; raises ``ScriptRefusedError``."""
        for step_id, file in _files(script):
            try:
                found = await inspected(await self.get(file.sha256))
            except NotFoundError:
                told = f"{step_id}: the PDF is not here: upload it"
                raise ScriptRefusedError(told, field=step_id) from None
            except InvalidInputError as error:
                raise ScriptRefusedError(f"{step_id}: {error.detail}", field=step_id) from error
            if (found.pages, found.bytes) != (file.pages, file.bytes):
                told = f"{step_id}: the PDF has {found.pages} pages and {found.bytes} bytes"
                raise ScriptRefusedError(told, field=step_id)

    async def _is_here(self, file: DocumentFile) -> bool:
        try:
            return await self._objects.size(document_key(file.sha256)) == file.bytes
        except NotFoundError:
            return False


def _files(script: Script) -> list[tuple[str, DocumentFile]]:
    return [
        (step.id, step.file)
        for step in script.steps
        if isinstance(step, DocumentStep) and step.file is not None
    ]
