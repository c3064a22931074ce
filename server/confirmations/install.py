"""Builds the services of this noun from what the application carries."""

from __future__ import annotations

from aiohttp import web

from backing.sms import SmsGateway
from server import app_keys
from server.confirmations.credentials import CredentialService
from server.confirmations.signing import SigningService
from server.confirmations.statements import StatementService
from server.confirmations.strokes import StrokesService

STROKES = web.AppKey("strokes", StrokesService)
CREDENTIALS = web.AppKey("credentials", CredentialService)
STATEMENTS = web.AppKey("statements", StatementService)
SIGNING = web.AppKey("signing", SigningService)


def install_confirmations(app: web.Application, *, sms: SmsGateway) -> None:
    """Call once the application carries settings, database, timeline, objects, bus and clock."""
    settings, clock = app[app_keys.SETTINGS], app[app_keys.CLOCK]
    database, timeline = app[app_keys.DATABASE], app[app_keys.TIMELINE]
    objects = app[app_keys.OBJECTS]
    app[STROKES] = StrokesService(timeline, objects, app[app_keys.BUS])
    app[CREDENTIALS] = CredentialService(database, timeline, clock, settings)
    app[STATEMENTS] = StatementService(
        database, timeline, objects=objects, sms=sms, clock=clock, settings=settings
    )
    app[SIGNING] = SigningService(database, timeline, clock, settings)
