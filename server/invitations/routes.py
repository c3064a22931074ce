"""A new code for a session."""

from __future__ import annotations

from aiohttp import web

from server import app_keys
from server.routing import Caller, Route
from shuanglu.wire.http import Invitation


async def invite_again(request: web.Request) -> Invitation:
    """Withdraws the codes that nobody used, and makes a new one."""
    service = request.app[app_keys.INVITATIONS]
    return await service.invite_again(request.match_info["session_id"])


routes: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/api/v1/sessions/{session_id}/invitations",
        handler=invite_again,
        summary="Make a new invitation; older unused ones are withdrawn",
        caller=Caller.STAFF,
        response=Invitation,
        status=201,
        problems=("not_found", "timeline_closed"),
    ),
)
