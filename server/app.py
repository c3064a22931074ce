"""Builds the application: services wired by hand, resources opened and closed in order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence

from aiohttp import web

from backing.bus import Bus
from backing.keys import SigningKey
from backing.objects import ObjectStore
from backing.sms import ShownToStaffGateway, SmsGateway
from backing.tokens import TokenKey
from server import app_keys
from server.alerts.folding import AlertDeadlines, AlertFolding
from server.alerts.install import install_alerts
from server.assessments import install_assessments
from server.auth.logins import Logins
from server.auth.passkeys import PasskeyService
from server.auth.passwords import Passwords
from server.auth.staff import StaffService
from server.confirmations import install_confirmations
from server.customers.service import CustomerService
from server.documents.install import install_documents
from server.evidence import install_evidence
from server.handovers.service import HandoverService
from server.health import READY_SUBJECT, answer_ready
from server.invitations.service import InvitationService
from server.origin_check import origin_middleware
from server.pages import add_pages
from server.problems import problems_middleware
from server.rate_limit import limits
from server.request_log import log_middleware
from server.review import install_review
from server.route_table import API_ROUTES
from server.routing import add_routes
from server.screen import install_screen
from server.scripts.editing import ScriptEditing
from server.scripts.library import ScriptLibrary
from server.security_headers import add_security_headers
from server.sessions.live import LiveFeed
from server.sessions.service import SessionService
from server.settings import ServerSettings
from server.storage.engine import Database
from server.templates import install_templates
from server.timeline.announcer import Announcer
from server.timeline.bus_service import TimelineBusService
from server.timeline.ledger import Ledger
from server.timeline.projector import Projector
from server.timeline.service import TimelineService
from shuanglu.clock import Clock
from shuanglu.errors import InvalidInputError
from shuanglu.wire.bus import Done, SessionChanged

Extension = Callable[[web.Application], None]


def create_app(
    settings: ServerSettings,
    *,
    bus: Bus,
    objects: ObjectStore,
    clock: Clock,
    token_key: TokenKey,
    signing_key: SigningKey,
    sms: SmsGateway | None = None,
    extensions: Sequence[Extension] = (),
) -> web.Application:
    """The server as an aiohttp application.

    The database must be migrated (``server.storage.migrate``) and the scripts published
    before it starts. ``extensions`` may add routes and start-up work of other packages
    that run in the same process (signalling); they see the whole application. Without
    ``sms``, staff read one-time codes to the customer, and every record says so.
    """
    app = web.Application(
        middlewares=[log_middleware, problems_middleware, origin_middleware],
        client_max_size=settings.max_large_body_bytes,
    )
    app[app_keys.SETTINGS] = settings
    app[app_keys.BUS] = bus
    app[app_keys.OBJECTS] = objects
    app[app_keys.CLOCK] = clock
    app[app_keys.TOKEN_KEY] = token_key
    app[app_keys.SIGNING_KEY] = signing_key
    _build_services(app)
    add_routes(app, API_ROUTES)
    add_pages(app, settings)
    app.on_response_prepare.append(add_security_headers(settings))
    app.on_shutdown.append(_end_streams)
    app.cleanup_ctx.append(_database)
    app.cleanup_ctx.append(_on_the_bus)
    install_confirmations(app, sms=sms or _sms(settings))
    install_evidence(app)
    install_review(app)
    install_screen(app)
    install_alerts(app)
    install_templates(app)
    install_assessments(app)
    for extend in extensions:
        extend(app)
    return app


def _sms(settings: ServerSettings) -> SmsGateway:
    """The embedded default; a gateway that was asked for and is not there is an error."""
    if settings.sms_mode != "shown_to_staff":
        raise InvalidInputError("no SMS gateway is built in: pass one", field="sms_mode")
    return ShownToStaffGateway()


def _build_services(app: web.Application) -> None:
    """From the database outwards; nothing is opened here."""
    settings, clock = app[app_keys.SETTINGS], app[app_keys.CLOCK]
    database = Database(settings.database_url)
    app[app_keys.DATABASE] = database
    app[app_keys.LIMITS] = limits(settings, clock)
    app[app_keys.SCRIPTS] = ScriptLibrary()
    app[app_keys.SCRIPT_EDITING] = ScriptEditing(
        database, app[app_keys.BUS], clock, install_documents(app)
    )
    app[app_keys.LOGINS] = Logins(
        database, clock, app[app_keys.TOKEN_KEY], lifetime_s=settings.staff_token_lifetime_s
    )
    app[app_keys.STAFF] = StaffService(
        database, app[app_keys.LOGINS], Passwords(), app[app_keys.LIMITS]
    )
    app[app_keys.PASSKEYS] = PasskeyService(database, app[app_keys.LOGINS], clock, settings)
    app[app_keys.LIVE_FEED] = LiveFeed(
        max_watchers=settings.max_live_watchers, max_backlog=settings.max_live_backlog
    )
    _build_sessions(app)


def _build_sessions(app: web.Application) -> None:
    settings, clock = app[app_keys.SETTINGS], app[app_keys.CLOCK]
    database, scripts = app[app_keys.DATABASE], app[app_keys.SCRIPTS]
    announcer = Announcer(app[app_keys.BUS])
    deadlines = AlertDeadlines(settings.alert_severe_within_s, settings.alert_ordinary_within_s)
    ledger = Ledger(
        clock,
        Projector(scripts),
        AlertFolding(app[app_keys.BUS], deadlines),
        announcer,
        max_events=settings.max_append_events,
    )
    timeline = TimelineService(database, ledger, scripts, announcer)
    invitations = InvitationService(database, ledger, clock, settings)
    app[app_keys.TIMELINE] = timeline
    app[app_keys.INVITATIONS] = invitations
    app[app_keys.SESSIONS] = SessionService(
        database=database,
        ledger=ledger,
        timeline=timeline,
        invitations=invitations,
        scripts=scripts,
        clock=clock,
    )
    app[app_keys.HANDOVERS] = HandoverService(
        database=database,
        timeline=timeline,
        token_key=app[app_keys.TOKEN_KEY],
        limits=app[app_keys.LIMITS],
        clock=clock,
        settings=settings,
    )
    app[app_keys.CUSTOMERS] = CustomerService(
        database=database,
        timeline=timeline,
        invitations=invitations,
        handovers=app[app_keys.HANDOVERS],
        objects=app[app_keys.OBJECTS],
        token_key=app[app_keys.TOKEN_KEY],
        clock=clock,
        settings=settings,
    )


async def _database(app: web.Application) -> AsyncIterator[None]:
    await app[app_keys.DATABASE].check()
    yield
    await app[app_keys.TIMELINE].close()
    await app[app_keys.DATABASE].close()


async def _on_the_bus(app: web.Application) -> AsyncIterator[None]:
    bus, feed = app[app_keys.BUS], app[app_keys.LIVE_FEED]
    timeline = TimelineBusService(app[app_keys.TIMELINE], app[app_keys.CUSTOMERS].shown)
    async with timeline.serving(bus):
        watching = await bus.subscribe("session.changed", SessionChanged, feed.on_changed)
        ready = await bus.serve(READY_SUBJECT, Done, answer_ready)
        yield
        await ready.close()
        await watching.close()


async def _end_streams(app: web.Application) -> None:
    app[app_keys.LIVE_FEED].close()
