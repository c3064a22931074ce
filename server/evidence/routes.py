"""Public records, signing keys, and the package for staff."""

from __future__ import annotations

import structlog
from aiohttp import web

from server.auth.guard import staff_of
from server.caller_address import caller_address
from server.evidence.install import RECORD_LIMIT, RECORDS
from server.routing import Caller, Route
from shuanglu.wire.http import PublicRecord, SigningKeyList

_log = structlog.get_logger(__name__)


async def record(request: web.Request) -> PublicRecord:
    """A record as anybody may check it."""
    request.app[RECORD_LIMIT].count(caller_address(request))
    return await request.app[RECORDS].public(request.match_info["record_number"])


async def signing_keys(request: web.Request) -> SigningKeyList:
    """The public keys."""
    request.app[RECORD_LIMIT].count(caller_address(request))
    return await request.app[RECORDS].keys()


async def package(request: web.Request) -> web.StreamResponse:
    """The evidence package, streamed."""
    session_id = request.match_info["session_id"]
    records = request.app[RECORDS]
    sealed = await records.sealed(session_id)
    _log.info("package_exported", session_id=session_id, staff_id=staff_of(request).staff_id)
    name = f"{sealed.manifest.record_number}.zip"
    response = web.StreamResponse(
        headers={
            "Content-Type": "application/zip",
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        }
    )
    await response.prepare(request)
    async for piece in records.package(sealed):
        if piece:
            await response.write(piece)
    await response.write_eof()
    return response


routes: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/v1/records/{record_number}",
        handler=record,
        summary="A sealed record, for anybody who has its number",
        caller=Caller.PUBLIC,
        response=PublicRecord,
        problems=("not_found", "too_many_attempts"),
    ),
    Route(
        method="GET",
        path="/api/v1/signing-keys",
        handler=signing_keys,
        summary="The public keys that manifests are signed with",
        caller=Caller.PUBLIC,
        response=SigningKeyList,
        problems=("too_many_attempts",),
    ),
    Route(
        method="GET",
        path="/api/v1/sessions/{session_id}/package",
        handler=package,
        summary="The evidence package of a sealed session",
        caller=Caller.STAFF,
        media_type="application/zip",
        problems=("not_found", "conflict"),
    ),
)
