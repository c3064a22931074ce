"""Builds the services of this noun, and runs the sealing job while the application runs."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

import shuanglu
from server import app_keys
from server.evidence.records import RecordService
from server.evidence.sealer import Sealer
from server.evidence.sealing import SealingService
from server.rate_limit import SlidingWindow
from shuanglu.evidence.manifest import SoftwareEntry

SEALING = web.AppKey("sealing", SealingService)
SEALER = web.AppKey("sealer", Sealer)
RECORDS = web.AppKey("records", RecordService)
RECORD_LIMIT = web.AppKey("record_limit", SlidingWindow)


def install_evidence(app: web.Application) -> None:
    """Call once the application carries everything else; the database opens before the job."""
    settings, clock = app[app_keys.SETTINGS], app[app_keys.CLOCK]
    database, timeline = app[app_keys.DATABASE], app[app_keys.TIMELINE]
    app[SEALING] = SealingService(
        database,
        timeline,
        app[app_keys.SESSIONS],
        objects=app[app_keys.OBJECTS],
        signing_key=app[app_keys.SIGNING_KEY],
        clock=clock,
        software=SoftwareEntry(name="shuanglu", version=shuanglu.__version__),
    )
    app[SEALER] = Sealer(database, app[app_keys.BUS], app[SEALING], public_url=settings.public_url)
    app[RECORDS] = RecordService(
        database, timeline, objects=app[app_keys.OBJECTS], signing_key=app[app_keys.SIGNING_KEY]
    )
    app[RECORD_LIMIT] = SlidingWindow(
        clock,
        limit=settings.record_lookups_per_address,
        window_s=settings.record_lookups_window_s,
    )
    app.cleanup_ctx.append(_sealing)


async def _sealing(app: web.Application) -> AsyncIterator[None]:
    await app[SEALER].start()
    yield
    await app[SEALER].stop()
