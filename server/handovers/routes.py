"""What the page calls to go on in another browser."""

from __future__ import annotations

from aiohttp import web

from server import app_keys
from server.auth.guard import customer_of
from server.caller_address import caller_address
from server.routing import Caller, Route, body_of
from shuanglu.wire.http import CustomerToken, HandoverOffer, RedeemHandover


async def offer(request: web.Request) -> HandoverOffer:
    """A fresh code for the session of the page that asks."""
    user_agent = request.headers.get("User-Agent", "")
    session_id = customer_of(request).session_id
    return await request.app[app_keys.HANDOVERS].offer(session_id, user_agent=user_agent)


async def redeem(request: web.Request) -> CustomerToken:
    """The code for a token, once; the page before has no say any more."""
    request.app[app_keys.LIMITS].code_address.count(caller_address(request))
    wanted = body_of(request, RedeemHandover)
    user_agent = request.headers.get("User-Agent", "")
    return await request.app[app_keys.CUSTOMERS].take_over(wanted, user_agent=user_agent)


routes: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/api/v1/customer/handover",
        handler=offer,
        summary="A fresh code to go on in another browser; older ones are withdrawn",
        caller=Caller.CUSTOMER,
        response=HandoverOffer,
        status=201,
        problems=("not_found", "timeline_closed", "too_many_attempts"),
    ),
    Route(
        method="POST",
        path="/api/v1/customer/handover/redeem",
        handler=redeem,
        summary="Go on in this browser: a hand-over code for a token",
        caller=Caller.PUBLIC,
        request=RedeemHandover,
        response=CustomerToken,
        problems=("handover_refused", "timeline_closed", "too_many_attempts"),
    ),
)
