"""Builds the services of this noun from what the application carries."""

from __future__ import annotations

from aiohttp import web

from server import app_keys
from server.screen.reading import ScreenReader
from server.screen.taking import ScreenService

SCREEN = web.AppKey("screen", ScreenService)
SCREEN_READER = web.AppKey("screen_reader", ScreenReader)


def install_screen(app: web.Application) -> None:
    """Call once the application carries settings, database, timeline, objects and clock."""
    timeline, objects = app[app_keys.TIMELINE], app[app_keys.OBJECTS]
    app[SCREEN] = ScreenService(
        app[app_keys.DATABASE],
        timeline,
        objects=objects,
        clock=app[app_keys.CLOCK],
        max_bytes=app[app_keys.SETTINGS].max_screen_bytes,
    )
    app[SCREEN_READER] = ScreenReader(timeline, objects)
