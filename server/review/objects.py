"""Objects that a session's timeline names, for staff: the still of a card, strokes, words.

Stage: beside playback. It serves nothing that the timeline of that very session does not
name, and every look is logged.
"""

from __future__ import annotations

import re

import structlog
from aiohttp import web

from server import app_keys
from server.auth.guard import staff_of
from server.evidence.contents import object_key
from server.routing import Caller, Route
from server.timeline.service import LoadedSession
from shuanglu.errors import NotFoundError
from shuanglu.evidence.assembly import objects_of_record
from shuanglu.timeline.chain import sha256_hex
from shuanglu.timeline.events import IdentityCaptured, StillCaptured

CONTENT_TYPE_OF_ROLE = {
    "strokes": "application/json",
    "statement": "application/json",
    "prompt": "audio/ogg",
    "consent": "text/plain; charset=utf-8",
    "screen": "application/gzip",
    "document": "application/pdf",
}
STILL_TYPE = "image/jpeg"
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)

_log = structlog.get_logger(__name__)


async def named_object(request: web.Request) -> web.Response:
    """One object; ``not_found`` for one that this session does not name."""
    session_id, sha256 = request.match_info["session_id"], request.match_info["sha256"]
    if not _SHA256.fullmatch(sha256):
        raise NotFoundError("no such object")
    loaded = await request.app[app_keys.TIMELINE].load(session_id)
    key, content_type = _named(loaded, sha256)
    data = await request.app[app_keys.OBJECTS].get(key)
    if sha256_hex(data) != sha256:
        raise NotFoundError("the stored object is not the one that the timeline names")
    staff_id = staff_of(request).staff_id
    _log.info("object_viewed", session_id=session_id, sha256=sha256, staff_id=staff_id)
    headers = {"Content-Type": content_type, "Cache-Control": "no-store"}
    return web.Response(body=data, headers=headers)


def _named(loaded: LoadedSession, sha256: str) -> tuple[str, str]:
    session_id = loaded.session_id
    for event in loaded.events:
        payload = event.payload
        if isinstance(payload, IdentityCaptured | StillCaptured) and payload.still_sha256 == sha256:
            return f"sessions/{session_id}/objects/{sha256}", STILL_TYPE
    for named in objects_of_record(loaded.script, loaded.events):
        if named.sha256 == sha256:
            return object_key(session_id, named), CONTENT_TYPE_OF_ROLE[named.role]
    raise NotFoundError("the session names no such object")


routes: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/v1/sessions/{session_id}/objects/{sha256}",
        handler=named_object,
        summary="An object that the session's timeline names by its hash",
        caller=Caller.STAFF,
        media_type="application/octet-stream",
        problems=("not_found",),
    ),
)
