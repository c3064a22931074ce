"""Is it alive, and can it work? ``/readyz`` really asks the database and a media worker.

Stage: at the edge, for whoever watches the machine. It names checks, never files, models
or sessions: anybody may ask.
"""

from __future__ import annotations

from typing import Literal

from aiohttp import web
from pydantic import Field

from server import app_keys
from server.routing import Caller, Route
from shuanglu.wire.base import Wire
from shuanglu.wire.bus import Done, MediaReady, MediaReadyRequest


class Health(Wire):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(Wire):
    """Sessions can be recorded. ``degraded`` is not down: a session goes on without a check.

    What could not be checked is "not evaluated" in its record, and its verdict says so.
    """

    status: Literal["ready"] = "ready"
    database: Literal["ok"] = "ok"
    bus: Literal["ok"] = "ok"
    media_worker: Literal["ok"] = "ok"
    degraded: tuple[str, ...] = Field(
        description="checks that cannot be made now: their model is missing or still loading, "
        "or the process that makes them is down or switched off; `isolation`: a process that "
        "runs models is not cut off from the network, which the system does not permit"
    )


READY_SUBJECT = "server.ready"
_TIMEOUT_S = 2.0


async def healthz(_request: web.Request) -> Health:
    """The event loop turns."""
    return Health()


async def readyz(request: web.Request) -> Ready:
    """``unavailable`` (503) when database, bus or media worker does not answer."""
    await request.app[app_keys.DATABASE].check()
    bus = request.app[app_keys.BUS]
    await bus.request(READY_SUBJECT, Done(), Done, timeout_s=_TIMEOUT_S)
    media = await bus.request("media.ready", MediaReadyRequest(), MediaReady, timeout_s=_TIMEOUT_S)
    return Ready(degraded=media.degraded)


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
