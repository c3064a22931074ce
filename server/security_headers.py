"""Headers of every answer: what a page of ours may do, and who may frame it (nobody).

Stage: the last thing before an answer leaves.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

from server import app_keys
from server.request_id import HEADER, request_id_of
from server.settings import ServerSettings

HSTS_MAX_AGE_S = 63_072_000
"""Two years, as browsers' preload lists ask."""
IMMUTABLE = "public, max-age=31536000, immutable"
"""For files whose name holds a hash of their content."""


def content_security_policy(settings: ServerSettings) -> str:
    """No inline script, nothing from elsewhere. ``'self'`` means no WebSocket in older Safari."""
    origins = dict.fromkeys(settings.origins)
    sockets = " ".join(origin.replace("http", "ws", 1) for origin in origins)
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            f"connect-src 'self' {sockets}",
            "worker-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def security_headers(settings: ServerSettings) -> dict[str, str]:
    """The fixed headers."""
    return {
        "Content-Security-Policy": content_security_policy(settings),
        "Permissions-Policy": (
            "camera=(self), microphone=(self), geolocation=(), payment=(), usb=(), "
            "display-capture=()"
        ),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


REPLAY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""The frame that replays a recorded screen. The recorded page's styles become style elements
there, which no other page of ours permits; so it stands apart, and can reach nothing: what a
phone recorded must not load, send or run anything in the office."""


def replay_headers() -> dict[str, str]:
    """What is different in the frame that replays a screen: the office may frame it."""
    return {"Content-Security-Policy": REPLAY_POLICY, "X-Frame-Options": "SAMEORIGIN"}


def add_security_headers(
    settings: ServerSettings,
) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """A signal for ``on_response_prepare``; a header that a handler set itself stays."""
    fixed = security_headers(settings)

    async def prepare(request: web.Request, response: web.StreamResponse) -> None:
        for name, value in fixed.items():
            response.headers.setdefault(name, value)
        response.headers[HEADER] = request_id_of(request)
        response.headers.popall("Server", None)
        if _is_https(request):
            hsts = f"max-age={HSTS_MAX_AGE_S}"
            response.headers.setdefault("Strict-Transport-Security", hsts)
        if request.path.startswith("/assets/") and response.status < HTTPStatus.BAD_REQUEST:
            response.headers["Cache-Control"] = IMMUTABLE

    return prepare


def _is_https(request: web.Request) -> bool:
    settings = request.app[app_keys.SETTINGS]
    behind_proxy = settings.trusted_proxy_hops > 0 and settings.is_https
    return request.secure or behind_proxy
