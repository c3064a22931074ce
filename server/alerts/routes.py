"""Alert cases for staff: the red list, and the answer to one of them."""

from __future__ import annotations

from typing import Literal

from aiohttp import web
from pydantic import Field

from server import app_keys
from server.alerts.repository import AlertFilter
from server.auth.guard import staff_of
from server.routing import Caller, Route, body_of, query_of
from shuanglu.wire.base import Wire
from shuanglu.wire.http import AcknowledgeAlert, AlertCase, AlertPage

DEFAULT_PAGE = 50
_IS_ACKNOWLEDGED = {"open": False, "acknowledged": True, "all": None}


class AlertQuery(Wire):
    """Which part of the list."""

    cursor: str | None = Field(default=None, max_length=300)
    limit: int = Field(default=DEFAULT_PAGE, ge=1, le=1000)
    session_id: str | None = Field(default=None, max_length=40)
    severity: Literal["ordinary", "severe"] | None = None
    state: Literal["open", "acknowledged", "all"] = "all"


async def page(request: web.Request) -> AlertPage:
    """One page of the list."""
    query = query_of(request, AlertQuery)
    limit = min(query.limit, request.app[app_keys.SETTINGS].max_alerts_page)
    wanted = AlertFilter(query.session_id, query.severity, _IS_ACKNOWLEDGED[query.state])
    return await request.app[app_keys.ALERTS].page(wanted, cursor=query.cursor, limit=limit)


async def acknowledge(request: web.Request) -> AlertCase:
    """The caller looked at it."""
    note = body_of(request, AcknowledgeAlert).note
    case_id = request.match_info["case_id"]
    return await request.app[app_keys.ALERTS].acknowledge(case_id, note, staff_of(request))


routes: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/v1/alerts",
        handler=page,
        summary="List alert cases: open first, severe first, nearest deadline first",
        caller=Caller.STAFF,
        query=AlertQuery,
        response=AlertPage,
    ),
    Route(
        method="POST",
        path="/api/v1/alerts/{case_id}/acknowledge",
        handler=acknowledge,
        summary="Acknowledge an alert case with a note",
        caller=Caller.STAFF,
        request=AcknowledgeAlert,
        response=AlertCase,
        problems=("not_found", "conflict"),
    ),
)
