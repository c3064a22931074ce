"""One line per request: route, status, time, id. No query, no address, no body, no name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from server import app_keys
from server.request_id import request_id_of

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_log = structlog.get_logger(__name__)


@web.middleware
async def log_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Logs the route's pattern, never the path: paths hold session ids and record numbers."""
    clock = request.app[app_keys.CLOCK]
    began_ms = clock.monotonic_ms()
    status = 500
    try:
        response = await handler(request)
        status = response.status
    except web.HTTPException as redirect:
        status = redirect.status
        raise
    finally:
        _log.info(
            "request_served",
            method=request.method,
            route=_pattern(request),
            status=status,
            elapsed_ms=round(clock.monotonic_ms() - began_ms, 1),
            request_id=request_id_of(request),
        )
    return response


def _pattern(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unknown"
