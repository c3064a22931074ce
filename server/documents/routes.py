"""PDFs over HTTP: staff upload and look, the customer's page gets those of its own script."""

from __future__ import annotations

import re

from aiohttp import web

from server import app_keys
from server.auth.guard import customer_of
from server.bodies import read_file
from server.documents.install import DOCUMENTS
from server.documents.service import PDF_TYPE
from server.routing import Caller, Route
from shuanglu.errors import InvalidInputError, NotFoundError
from shuanglu.script.document import MOST_FILE_BYTES
from shuanglu.script.model import DocumentFile, DocumentStep

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


async def upload(request: web.Request) -> DocumentFile:
    """Take a PDF in; the answer is what a script writes under ``file``."""
    if request.content_type != PDF_TYPE:
        raise InvalidInputError(f"the body must be {PDF_TYPE}", field="Content-Type")
    data = await read_file(request, limit_bytes=MOST_FILE_BYTES, field="file")
    return await request.app[DOCUMENTS].take(data)


async def for_staff(request: web.Request) -> web.Response:
    """A PDF by its hash."""
    return await _answer(request, _sha256(request))


async def for_customer(request: web.Request) -> web.Response:
    """A PDF of the session's own script; any other is not found."""
    sha256 = _sha256(request)
    loaded = await request.app[app_keys.TIMELINE].load(customer_of(request).session_id)
    pinned = {
        step.file.sha256
        for step in loaded.script.steps
        if isinstance(step, DocumentStep) and step.file is not None
    }
    if sha256 not in pinned:
        raise NotFoundError("the session's script has no such document")
    return await _answer(request, sha256)


async def _answer(request: web.Request, sha256: str) -> web.Response:
    data = await request.app[DOCUMENTS].get(sha256)
    headers = {"Content-Type": PDF_TYPE, "Cache-Control": "private, no-store"}
    # Whoever opens the address itself must not run anything of it in our origin.
    headers["Content-Disposition"] = "attachment"
    return web.Response(body=data, headers=headers)


def _sha256(request: web.Request) -> str:
    sha256 = request.match_info["sha256"]
    if not _SHA256.fullmatch(sha256):
        raise NotFoundError("no such document")
    return sha256


routes: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/api/v1/documents",
        handler=upload,
        summary="Upload a PDF (the body, application/pdf): 20 MB and 200 pages at most",
        caller=Caller.STAFF,
        response=DocumentFile,
        status=201,
        problems=("invalid_input", "too_large"),
    ),
    Route(
        method="GET",
        path="/api/v1/documents/{sha256}",
        handler=for_staff,
        summary="A PDF by its hash",
        caller=Caller.STAFF,
        media_type=PDF_TYPE,
        problems=("not_found",),
    ),
    Route(
        method="GET",
        path="/api/v1/customer/documents/{sha256}",
        handler=for_customer,
        summary="A PDF of the session's own script by its hash",
        caller=Caller.CUSTOMER,
        media_type=PDF_TYPE,
        problems=("not_found",),
    ),
)
