"""What the customer's page calls before the camera opens."""

from __future__ import annotations

from aiohttp import web

from server import app_keys
from server.auth.guard import customer_of
from server.caller_address import caller_address
from server.routing import Caller, Route, body_of
from shuanglu.wire.http import Consent, CustomerToken, ExchangeCode
from shuanglu.wire.views import CustomerSession


async def exchange(request: web.Request) -> CustomerToken:
    """A single-use code for a token."""
    request.app[app_keys.LIMITS].code_address.count(caller_address(request))
    code = body_of(request, ExchangeCode).code
    user_agent = request.headers.get("User-Agent", "")
    return await request.app[app_keys.CUSTOMERS].exchange(code, user_agent=user_agent)


async def session(request: web.Request) -> CustomerSession:
    """The customer's own session."""
    return await request.app[app_keys.CUSTOMERS].session(customer_of(request).session_id)


async def refresh(request: web.Request) -> CustomerToken:
    """A new token while the session is open."""
    return await request.app[app_keys.CUSTOMERS].refresh(customer_of(request).session_id)


async def consent(request: web.Request) -> CustomerSession:
    """One of two separate choices."""
    choice = body_of(request, Consent)
    session_id = customer_of(request).session_id
    return await request.app[app_keys.CUSTOMERS].consent(session_id, choice)


routes: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/api/v1/customer/exchange",
        handler=exchange,
        summary="Exchange a single-use code for a token",
        caller=Caller.PUBLIC,
        request=ExchangeCode,
        response=CustomerToken,
        problems=(
            "not_found",
            "invitation_used",
            "invitation_expired",
            "timeline_closed",
            "too_many_attempts",
        ),
    ),
    Route(
        method="GET",
        path="/api/v1/customer/session",
        handler=session,
        summary="The customer's own session",
        caller=Caller.CUSTOMER,
        response=CustomerSession,
        problems=("not_found",),
    ),
    Route(
        method="POST",
        path="/api/v1/customer/token",
        handler=refresh,
        summary="A new token while the session is open",
        caller=Caller.CUSTOMER,
        response=CustomerToken,
        problems=("not_found", "timeline_closed"),
    ),
    Route(
        method="POST",
        path="/api/v1/customer/consents",
        handler=consent,
        summary="Record one of two separate choices",
        caller=Caller.CUSTOMER,
        request=Consent,
        response=CustomerSession,
        problems=("not_found", "timeline_closed"),
    ),
)
