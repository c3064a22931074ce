"""Sessions for staff."""

from __future__ import annotations

from aiohttp import web
from pydantic import Field

from server import app_keys
from server.auth.guard import staff_of
from server.routing import Caller, Route, body_of, query_of
from server.sessions.stream import live
from server.sessions.views import ViewFilter
from shuanglu.wire.base import Wire
from shuanglu.wire.http import CreateSession, Invitation, SessionDetail, SessionPage
from shuanglu.wire.views import SessionPhase

DEFAULT_PAGE = 50


class PageQuery(Wire):
    """Which part of the list."""

    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=DEFAULT_PAGE, ge=1, le=1000)
    phase: SessionPhase | None = None
    q: str | None = Field(default=None, max_length=80, description="customer, product, number")


async def create(request: web.Request) -> Invitation:
    """A session and its first invitation."""
    wanted = body_of(request, CreateSession)
    return await request.app[app_keys.SESSIONS].create(wanted, staff_of(request))


async def page(request: web.Request) -> SessionPage:
    """One page of the list."""
    query = query_of(request, PageQuery)
    limit = min(query.limit, request.app[app_keys.SETTINGS].max_sessions_page)
    wanted = ViewFilter(phase=query.phase, text=query.q)
    return await request.app[app_keys.SESSIONS].page(wanted, cursor=query.cursor, limit=limit)


async def detail(request: web.Request) -> SessionDetail:
    """A session with its timeline."""
    return await request.app[app_keys.SESSIONS].detail(request.match_info["session_id"])


routes: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/api/v1/sessions",
        handler=create,
        summary="Create a session and its first invitation",
        caller=Caller.STAFF,
        request=CreateSession,
        response=Invitation,
        status=201,
        problems=("not_found",),
    ),
    Route(
        method="GET",
        path="/api/v1/sessions",
        handler=page,
        summary="List sessions, newest first",
        caller=Caller.STAFF,
        query=PageQuery,
        response=SessionPage,
    ),
    Route(
        method="GET",
        path="/api/v1/sessions/live",
        handler=live,
        summary="Rows of the list as they change (Server-Sent Events)",
        caller=Caller.STAFF,
        media_type="text/event-stream",
        problems=("unavailable",),
    ),
    Route(
        method="GET",
        path="/api/v1/sessions/{session_id}",
        handler=detail,
        summary="A session with its timeline",
        caller=Caller.STAFF,
        response=SessionDetail,
        problems=("not_found",),
    ),
)
