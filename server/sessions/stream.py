"""The staff list as Server-Sent Events (WHATWG HTML 9.2).

``event: session`` carries a ``SessionSummary``; ``event: reload`` says that changes
were lost and the list should be read again; ``event: alerts`` carries ``AlertCounts`` at the
beginning and whenever alert cases changed. At most one row per session and interval.
"""

from __future__ import annotations

import asyncio

from aiohttp import web

from server import app_keys
from server.auth.guard import staff_of
from server.sessions.live import Watcher
from server.sessions.views import SessionViewRepository
from shuanglu.errors import NotAuthenticatedError

_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}


async def live(request: web.Request) -> web.StreamResponse:
    """Rows as they change, until the page or the login ends."""
    feed = request.app[app_keys.LIVE_FEED]
    watcher = feed.watch()
    try:
        response = web.StreamResponse(headers=_HEADERS)
        await response.prepare(request)
        await response.write(b": connected\n\n")
        await response.write(await _alert_counts(request))
        await _tell(request, response, watcher)
    except ConnectionResetError:
        pass  # the page is gone
    finally:
        feed.leave(watcher)
    return response


async def _tell(request: web.Request, response: web.StreamResponse, watcher: Watcher) -> None:
    settings = request.app[app_keys.SETTINGS]
    while not watcher.is_closed:
        has_news = await watcher.wait(settings.live_keep_alive_s)
        if not await _is_still_logged_in(request):
            return
        if not has_news:
            await response.write(b": keep-alive\n\n")
        elif not watcher.is_closed:
            await response.write(await _news(request, watcher))
            await asyncio.sleep(settings.live_interval_ms / 1000)


async def _is_still_logged_in(request: web.Request) -> bool:
    identity = staff_of(request)
    try:
        await request.app[app_keys.LOGINS].current(identity.login_id, identity.staff_id)
    except NotAuthenticatedError:
        return False
    return True


async def _news(request: web.Request, watcher: Watcher) -> bytes:
    changed, lost = watcher.take()
    parts = ["event: reload\ndata: {}\n\n"] if lost else []
    async with request.app[app_keys.DATABASE].read() as session:
        rows = await SessionViewRepository(session).many(changed)
    parts += [f"event: session\ndata: {row.model_dump_json()}\n\n" for row in rows]
    news = "".join(parts).encode()
    return news + await _alert_counts(request) if watcher.take_alerts() else news


async def _alert_counts(request: web.Request) -> bytes:
    counts = await request.app[app_keys.ALERTS].counts()
    return f"event: alerts\ndata: {counts.model_dump_json()}\n\n".encode()
