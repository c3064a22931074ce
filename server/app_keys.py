"""Names of what the application carries; typed, so that a handler gets the real thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    # Only names and types live here: what they name imports this module in turn.
    from backing.bus import Bus
    from backing.keys import SigningKey
    from backing.objects import ObjectStore
    from backing.tokens import TokenKey
    from server.alerts.service import AlertService
    from server.auth.logins import Logins
    from server.auth.passkeys import PasskeyService
    from server.auth.staff import StaffService
    from server.customers.service import CustomerService
    from server.handovers.service import HandoverService
    from server.invitations.service import InvitationService
    from server.rate_limit import Limits
    from server.routing import Route
    from server.scripts.editing import ScriptEditing
    from server.scripts.library import ScriptLibrary
    from server.sessions.live import LiveFeed
    from server.sessions.service import SessionService
    from server.settings import ServerSettings
    from server.storage.engine import Database
    from server.timeline.service import TimelineService
    from shuanglu.clock import Clock

# What the composition root passes in.
SETTINGS: web.AppKey[ServerSettings] = web.AppKey("settings")
BUS: web.AppKey[Bus] = web.AppKey("bus")
OBJECTS: web.AppKey[ObjectStore] = web.AppKey("objects")
CLOCK: web.AppKey[Clock] = web.AppKey("clock")
TOKEN_KEY: web.AppKey[TokenKey] = web.AppKey("token_key")
SIGNING_KEY: web.AppKey[SigningKey] = web.AppKey("signing_key")

# What the application builds.
DATABASE: web.AppKey[Database] = web.AppKey("database")
TIMELINE: web.AppKey[TimelineService] = web.AppKey("timeline")
SCRIPTS: web.AppKey[ScriptLibrary] = web.AppKey("scripts")
SCRIPT_EDITING: web.AppKey[ScriptEditing] = web.AppKey("script_editing")
LOGINS: web.AppKey[Logins] = web.AppKey("logins")
STAFF: web.AppKey[StaffService] = web.AppKey("staff")
PASSKEYS: web.AppKey[PasskeyService] = web.AppKey("passkeys")
SESSIONS: web.AppKey[SessionService] = web.AppKey("sessions")
INVITATIONS: web.AppKey[InvitationService] = web.AppKey("invitations")
HANDOVERS: web.AppKey[HandoverService] = web.AppKey("handovers")
CUSTOMERS: web.AppKey[CustomerService] = web.AppKey("customers")
LIVE_FEED: web.AppKey[LiveFeed] = web.AppKey("live_feed")
ALERTS: web.AppKey[AlertService] = web.AppKey("alerts")
LIMITS: web.AppKey[Limits] = web.AppKey("limits")
ROUTES: web.AppKey[tuple[Route, ...]] = web.AppKey("routes")
