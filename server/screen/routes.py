"""What the customer's page calls to record its screen, and the recording for staff."""

from __future__ import annotations

import structlog
from aiohttp import web
from pydantic import Field

from server import app_keys
from server.auth.guard import customer_of, staff_of
from server.routing import Caller, Route, body_of, query_of
from server.screen.install import SCREEN, SCREEN_READER
from shuanglu.timeline.events import ScreenUnavailable
from shuanglu.wire.base import Wire
from shuanglu.wire.http import ScreenNotRecorded, ScreenPieceSent, ScreenPosition

_BASE = "/api/v1/customer/screen"
LINES_TYPE = "application/x-ndjson"

_log = structlog.get_logger(__name__)


class ScreenQuery(Wire):
    """Which pieces of a screen recording."""

    after: int = Field(default=0, ge=0, le=1_000_000, description="number of the last known piece")
    up_to: int = Field(default=1_000_000, ge=0, le=1_000_000, description="the last one wanted")


async def position(request: web.Request) -> ScreenPosition:
    """Which piece is due."""
    return await request.app[SCREEN].position(customer_of(request).session_id)


async def take(request: web.Request) -> ScreenPosition:
    """The piece that is due."""
    session_id = customer_of(request).session_id
    request.app[app_keys.LIMITS].screen.count(session_id)
    return await request.app[SCREEN].take(session_id, body_of(request, ScreenPieceSent))


async def unavailable(request: web.Request) -> web.Response:
    """The page cannot record its screen."""
    told = ScreenUnavailable(reason=body_of(request, ScreenNotRecorded).reason)
    await request.app[SCREEN].unavailable(customer_of(request).session_id, told)
    return web.Response(status=204)


async def recording(request: web.Request) -> web.StreamResponse:
    """The screen recording so far, one rrweb event a line."""
    session_id = request.match_info["session_id"]
    reader = request.app[SCREEN_READER]
    wanted = query_of(request, ScreenQuery)
    pieces = await reader.pieces(session_id, after=wanted.after, up_to=wanted.up_to)
    staff_id = staff_of(request).staff_id
    _log.info("screen_viewed", session_id=session_id, pieces=len(pieces), staff_id=staff_id)
    response = web.StreamResponse(
        headers={"Content-Type": LINES_TYPE, "Cache-Control": "private, no-store"}
    )
    response.enable_compression()
    await response.prepare(request)
    async for lines in reader.lines(session_id, pieces):
        await response.write(lines)
    await response.write_eof()
    return response


routes: tuple[Route, ...] = (
    Route(
        method="GET",
        path=_BASE,
        handler=position,
        summary="Which piece of the screen recording is due, and the session's clock",
        caller=Caller.CUSTOMER,
        response=ScreenPosition,
        problems=("not_found",),
    ),
    Route(
        method="POST",
        path=_BASE,
        handler=take,
        summary="Send the piece of the screen recording that is due",
        caller=Caller.CUSTOMER,
        request=ScreenPieceSent,
        response=ScreenPosition,
        large_body=True,
        problems=("not_found", "conflict", "timeline_closed", "too_many_attempts"),
    ),
    Route(
        method="POST",
        path=f"{_BASE}/unavailable",
        handler=unavailable,
        summary="Say that the page cannot record its screen",
        caller=Caller.CUSTOMER,
        request=ScreenNotRecorded,
        status=204,
        problems=("not_found", "timeline_closed"),
    ),
    Route(
        method="GET",
        path="/api/v1/sessions/{session_id}/screen",
        handler=recording,
        summary="The screen recording so far: rrweb events on media time, one a line",
        caller=Caller.STAFF,
        query=ScreenQuery,
        media_type=LINES_TYPE,
        problems=("not_found",),
    ),
)
