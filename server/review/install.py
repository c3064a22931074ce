"""Builds the services of this noun from what the application carries."""

from __future__ import annotations

from aiohttp import web

from server import app_keys
from server.review.index import StretchIndex
from server.review.playback import Playback

PLAYBACK = web.AppKey("playback", Playback)


def install_review(app: web.Application) -> None:
    """Call once the application carries timeline and objects."""
    app[PLAYBACK] = Playback(StretchIndex(app[app_keys.TIMELINE], app[app_keys.OBJECTS]))
