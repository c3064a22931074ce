"""Names of what the application carries; typed, so that a handler gets the real thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from backing.bus import Bus
from backing.keys import SigningKey
from backing.objects import ObjectStore
from backing.tokens import TokenKey
from server.rate_limit import Limits
from server.sessions.live import LiveFeed
from server.settings import ServerSettings
from server.storage.engine import Database
from server.timeline.service import TimelineService
from shuanglu.clock import Clock

if TYPE_CHECKING:
    from server.routing import Route

SETTINGS = web.AppKey("settings", ServerSettings)
DATABASE = web.AppKey("database", Database)
BUS: web.AppKey[Bus] = web.AppKey("bus")
OBJECTS: web.AppKey[ObjectStore] = web.AppKey("objects")
CLOCK: web.AppKey[Clock] = web.AppKey("clock")
TOKEN_KEY: web.AppKey[TokenKey] = web.AppKey("token_key")
SIGNING_KEY: web.AppKey[SigningKey] = web.AppKey("signing_key")
TIMELINE = web.AppKey("timeline", TimelineService)
LIVE_FEED = web.AppKey("live_feed", LiveFeed)
LIMITS = web.AppKey("limits", Limits)
ROUTES: web.AppKey[tuple[Route, ...]] = web.AppKey("routes")
