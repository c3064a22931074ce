"""Defence against requests that another site makes a browser send (CSRF).

Browsers state the origin of every unsafe request. One that is not ours is refused; a
request without origin comes from no browser page and must not carry the login cookie.
The cookie is SameSite=Strict besides.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from server import app_keys
from server.auth.guard import STAFF_COOKIE
from shuanglu.errors import NotAllowedError

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def origin_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses unsafe requests of other origins with ``not_allowed``."""
    if request.method not in SAFE_METHODS:
        origin = request.headers.get("Origin")
        if origin is None and STAFF_COOKIE in request.cookies:
            raise NotAllowedError("the request does not say where it comes from", field="Origin")
        if origin is not None and origin not in request.app[app_keys.SETTINGS].origins:
            raise NotAllowedError("the request comes from another site", field="Origin")
    return await handler(request)
