"""Builds the service of this noun, and lets alerts escalate while the application runs."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

from server import app_keys
from server.alerts.service import AlertService
from server.sweeper import Sweeper
from shuanglu.wire.bus import AlertsChanged


def install_alerts(app: web.Application) -> None:
    """Call once the application carries database, bus and clock."""
    app[app_keys.ALERTS] = AlertService(
        app[app_keys.DATABASE],
        app[app_keys.BUS],
        app[app_keys.CLOCK],
        highest_level=app[app_keys.SETTINGS].alert_highest_level,
    )
    app.cleanup_ctx.append(_escalating)


async def _escalating(app: web.Application) -> AsyncIterator[None]:
    alerts, feed = app[app_keys.ALERTS], app[app_keys.LIVE_FEED]
    every_s = app[app_keys.SETTINGS].alert_sweep_every_s
    sweeper = Sweeper("alerts", alerts.escalate_due, every_s=every_s)
    watching = await app[app_keys.BUS].subscribe(
        "alerts.changed", AlertsChanged, feed.on_alerts_changed
    )
    sweeper.start()
    yield
    await sweeper.stop()
    await watching.close()
