"""Builds the service of this noun; answers and sweeps while the application runs."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

from server import app_keys
from server.sweeper import Sweeper
from server.templates.service import TemplatePolicy, TemplateService
from shuanglu.wire.bus import TemplateKeep, TemplateLoad

TEMPLATES = web.AppKey("templates", TemplateService)


def install_templates(app: web.Application) -> None:
    """Call once the application carries database, bus and clock."""
    settings = app[app_keys.SETTINGS]
    policy = TemplatePolicy(settings.template_days_after_seal, settings.template_days_abandoned)
    app[TEMPLATES] = TemplateService(app[app_keys.DATABASE], app[app_keys.CLOCK], policy)
    app.cleanup_ctx.append(_serving)


async def _serving(app: web.Application) -> AsyncIterator[None]:
    bus, templates = app[app_keys.BUS], app[TEMPLATES]
    every_s = app[app_keys.SETTINGS].template_sweep_every_s
    keeping = await bus.serve("template.keep", TemplateKeep, templates.keep)
    loading = await bus.serve("template.load", TemplateLoad, templates.load)
    sweeper = Sweeper("templates", templates.delete_due, every_s=every_s)
    sweeper.start()
    yield
    await sweeper.stop()
    await loading.close()
    await keeping.close()
