"""Builds the service of this noun; answers and sweeps while the application runs."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

from server import app_keys
from server.assessments.service import AssessmentService
from server.sweeper import Sweeper
from shuanglu.wire.bus import AssessmentCount, AssessmentKeep

ASSESSMENTS = web.AppKey("assessments", AssessmentService)
SWEEP_EVERY_S = 3600.0


def install_assessments(app: web.Application) -> None:
    """Call once the application carries database, bus and clock."""
    app[ASSESSMENTS] = AssessmentService(app[app_keys.DATABASE], app[app_keys.CLOCK])
    app.cleanup_ctx.append(_serving)


async def _serving(app: web.Application) -> AsyncIterator[None]:
    bus, assessments = app[app_keys.BUS], app[ASSESSMENTS]
    keeping = await bus.serve("assessment.keep", AssessmentKeep, assessments.keep)
    counting = await bus.serve("assessment.count", AssessmentCount, assessments.count)
    sweeper = Sweeper("assessments", assessments.delete_old, every_s=SWEEP_EVERY_S)
    sweeper.start()
    yield
    await sweeper.stop()
    await counting.close()
    await keeping.close()
