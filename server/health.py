"""Is it alive, and can it work? ``/readyz`` really asks the database and the bus."""

from __future__ import annotations

from typing import Literal

from aiohttp import web

from server import app_keys
from server.routing import Caller, Route
from shuanglu.wire.base import Wire
from shuanglu.wire.bus import Done


class Health(Wire):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(Wire):
    """Everything that a request needs answers."""

    status: Literal["ready"] = "ready"
    database: Literal["ok"] = "ok"
    bus: Literal["ok"] = "ok"


READY_SUBJECT = "server.ready"
_TIMEOUT_S = 2.0


async def healthz(_request: web.Request) -> Health:
    """The event loop turns."""
    return Health()


async def readyz(request: web.Request) -> Ready:
    """``unavailable`` (503) when the database or the bus does not answer."""
    await request.app[app_keys.DATABASE].check()
    await request.app[app_keys.BUS].request(READY_SUBJECT, Done(), Done, timeout_s=_TIMEOUT_S)
    return Ready()


async def answer_ready(message: Done) -> Done:
    """Our own end of the bus."""
    return message


routes: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/healthz",
        handler=healthz,
        summary="Alive",
        caller=Caller.PUBLIC,
        response=Health,
    ),
    Route(
        method="GET",
        path="/readyz",
        handler=readyz,
        summary="Able to work",
        caller=Caller.PUBLIC,
        response=Ready,
        problems=("unavailable",),
    ),
)
