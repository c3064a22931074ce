"""The WebSocket's address, as routes that any aiohttp application can mount.

Stage: the entrance of signalling. Origin and limits are checked before the upgrade;
everything after it is a :class:`signalling.connection.Connection`.
"""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from backing.bus import Bus
from backing.tokens import TokenKey
from shuanglu.clock import Clock
from shuanglu.errors import NotAllowedError, ShuangluError, UnavailableError
from shuanglu.ids import new_connection_id
from shuanglu.wire.http import Problem
from signalling.connection import Connection, ConnectionDeps
from signalling.presence import Presence
from signalling.rooms import Rooms
from signalling.settings import SignallingSettings

SESSION_PATH = "/ws/v1/session"
ROOMS = web.AppKey("rooms", Rooms)

_STATUS_BY_CODE = {
    NotAllowedError.code: HTTPStatus.FORBIDDEN,
    UnavailableError.code: HTTPStatus.SERVICE_UNAVAILABLE,
}


def create_app(
    settings: SignallingSettings, *, bus: Bus, token_key: TokenKey, clock: Clock
) -> web.Application:
    """An application that serves signalling only: a node of a distributed installation."""
    app = web.Application()
    add_routes(app, settings, bus=bus, token_key=token_key, clock=clock)
    return app


def add_routes(
    app: web.Application,
    settings: SignallingSettings,
    *,
    bus: Bus,
    token_key: TokenKey,
    clock: Clock,
) -> None:
    """Mount signalling on ``app``; its connections end with the application's shutdown."""
    deps = ConnectionDeps(settings=settings, bus=bus, token_key=token_key, clock=clock)
    presence = Presence(bus, clock=clock, retry_s=settings.presence_retry_s)
    rooms = Rooms(settings, presence)
    app[ROOMS] = rooms

    async def session_socket(request: web.Request) -> web.StreamResponse:
        try:
            _require_own_origin(request, settings)
            rooms.require_room(_caller_address(request, settings))
        except ShuangluError as error:
            return _problem(error)
        return await _serve(request, deps, rooms)

    async def close_rooms(_: web.Application) -> None:
        await rooms.close()

    app.router.add_get(SESSION_PATH, session_socket)
    app.on_shutdown.append(close_rooms)


async def _serve(request: web.Request, deps: ConnectionDeps, rooms: Rooms) -> web.StreamResponse:
    socket = web.WebSocketResponse(
        timeout=deps.settings.flush_s,
        heartbeat=deps.settings.heartbeat_s,
        max_msg_size=deps.settings.max_frame_bytes,
        # Compressed frames could unfold into far more than was sent.
        compress=False,
    )
    await socket.prepare(request)
    connection = Connection(
        new_connection_id(),
        socket,
        request.transport,
        deps,
        address=_caller_address(request, deps.settings),
        on_admitted=rooms.admitted,
    )
    await rooms.serve(connection)
    return socket


def _caller_address(request: web.Request, settings: SignallingSettings) -> str:
    """For limits only, never logged: the peer, or what the nearest trusted proxy says it was."""
    hops = settings.trusted_proxy_hops
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if hops and len(forwarded) >= hops and forwarded[-hops]:
        return forwarded[-hops]
    return request.remote or "unknown"


def _require_own_origin(request: web.Request, settings: SignallingSettings) -> None:
    """A browser always names its page's origin (RFC 6455 4.1); other clients may not."""
    origin = request.headers.get("Origin")
    if origin is not None and origin not in settings.origins:
        raise NotAllowedError("pages of that origin are not served")


def _problem(error: ShuangluError) -> web.Response:
    status = _STATUS_BY_CODE.get(error.code, HTTPStatus.INTERNAL_SERVER_ERROR)
    problem = Problem(
        type="about:blank",
        title=status.phrase,
        status=status,
        detail=error.detail,
        code=error.code,
        retryable=error.retryable,
    )
    return web.Response(
        status=status, text=problem.model_dump_json(), content_type="application/problem+json"
    )
