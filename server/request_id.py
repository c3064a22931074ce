"""A short random id per request, in the log and in the answer, to find one by the other."""

from __future__ import annotations

import secrets

from aiohttp import web

HEADER = "X-Request-Id"
_ID_BYTES = 8
_KEY = web.RequestKey("request_id", str)


def request_id_of(request: web.Request) -> str:
    """The request's id; drawn on first use, never taken from the caller."""
    if _KEY not in request:
        request[_KEY] = secrets.token_hex(_ID_BYTES)
    return request[_KEY]
