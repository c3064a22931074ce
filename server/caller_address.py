"""The address that a request came from, for limits only; it is never logged or stored."""

from __future__ import annotations

from aiohttp import web

from server import app_keys


def caller_address(request: web.Request) -> str:
    """The peer, or what the nearest trusted proxy says it was (``trusted_proxy_hops``)."""
    hops = request.app[app_keys.SETTINGS].trusted_proxy_hops
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if hops and len(forwarded) >= hops and forwarded[-hops]:
        return forwarded[-hops]
    return request.remote or "unknown"
