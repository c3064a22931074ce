"""Media for staff, by ranges (RFC 9110 14), each view logged."""

from __future__ import annotations

import re

import structlog
from aiohttp import web

from server import app_keys
from server.auth.guard import staff_of
from server.review.byte_range import ByteRange, UnsatisfiableError, parse_range
from server.review.install import PLAYBACK
from server.review.playable import PlayableStretch
from server.routing import Caller, Route
from shuanglu.errors import NotFoundError

CONTENT_TYPE_OF_CODEC = {"VP8": "video/webm", "H264": "video/x-matroska"}
_STRETCH = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)

_log = structlog.get_logger(__name__)


async def media(request: web.Request) -> web.StreamResponse:
    """A stretch of the recording, whole or by ranges."""
    session_id, number = request.match_info["session_id"], request.match_info["stretch"]
    if not _STRETCH.fullmatch(number):
        raise NotFoundError("no such stretch")
    staff = staff_of(request)
    asked = request.headers.get("Range")
    from_beginning = asked is None or asked.replace(" ", "").startswith("bytes=0-")
    stretch, codec = await request.app[PLAYBACK].look(
        (staff.login_id, session_id, int(number)), from_beginning=from_beginning
    )
    _log.info(
        "media_viewed",
        session_id=session_id,
        stretch=int(number),
        staff_id=staff.staff_id,
        begins=from_beginning,
    )
    return await _respond(request, stretch, CONTENT_TYPE_OF_CODEC[codec])


async def _respond(
    request: web.Request, stretch: PlayableStretch, content_type: str
) -> web.StreamResponse:
    headers = {
        "Content-Type": content_type,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
        "ETag": stretch.etag,
    }
    try:
        wanted = _wanted(request, stretch)
    except UnsatisfiableError:
        headers["Content-Range"] = f"bytes */{stretch.total_bytes}"
        return web.Response(status=416, headers=headers)
    status = 200 if wanted is None else 206
    if wanted is not None:
        span = f"{wanted.start}-{wanted.end - 1}"
        headers["Content-Range"] = f"bytes {span}/{stretch.total_bytes}"
    whole = wanted or ByteRange(0, stretch.total_bytes)
    response = web.StreamResponse(status=status, headers=headers)
    response.content_length = whole.end - whole.start
    await response.prepare(request)
    async for piece in stretch.read(request.app[app_keys.OBJECTS], whole):
        await response.write(piece)
    await response.write_eof()
    return response


def _wanted(request: web.Request, stretch: PlayableStretch) -> ByteRange | None:
    """RFC 9110 13.1.5: a range is only meant for the file that the caller already has."""
    condition = request.headers.get("If-Range")
    if condition is not None and condition != stretch.etag:
        return None
    return parse_range(request.headers.get("Range"), stretch.total_bytes)


routes: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/v1/sessions/{session_id}/media/{stretch}",
        handler=media,
        summary="A stretch of the recording, playable while it is recorded",
        caller=Caller.STAFF,
        media_type="video/webm",
        problems=("not_found",),
    ),
)
