"""Verifies the credential of a request and says who calls. It never decides what for.

Staff carry a token in an HttpOnly cookie, which also names a login in the database, so
that logging out ends it. Customers carry a bearer token bound to one session.
"""

from __future__ import annotations

from aiohttp import web

from backing.tokens import CUSTOMER_AUDIENCE, STAFF_AUDIENCE, Role
from server import app_keys
from server.auth.identity import CustomerIdentity, StaffIdentity
from shuanglu.errors import NotAuthenticatedError

STAFF_COOKIE = "shuanglu_staff"
MAX_TOKEN_LENGTH = 4096
_STAFF = web.RequestKey("staff", StaffIdentity)
_CUSTOMER = web.RequestKey("customer", CustomerIdentity)


async def require_staff(request: web.Request) -> StaffIdentity:
    """The staff member who calls; raises ``NotAuthenticatedError``."""
    if _STAFF not in request:
        token = request.cookies.get(STAFF_COOKIE, "")
        if not token or len(token) > MAX_TOKEN_LENGTH:
            raise NotAuthenticatedError("log in first")
        key = request.app[app_keys.TOKEN_KEY]
        claims = key.verify(token, role=Role.STAFF, audience=STAFF_AUDIENCE)
        logins = request.app[app_keys.LOGINS]
        request[_STAFF] = await logins.current(
            str(claims.extra.get("login_id", "")), claims.subject
        )
    return request[_STAFF]


async def require_customer(request: web.Request) -> CustomerIdentity:
    """The customer who calls; raises ``NotAuthenticatedError``."""
    if _CUSTOMER not in request:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN_LENGTH:
            raise NotAuthenticatedError("a session token is needed")
        identity = _customer(request, token)
        # A page whose session was handed over to another browser has no say any more.
        await request.app[app_keys.HANDOVERS].require_newest(
            identity.session_id, identity.hand_overs
        )
        request[_CUSTOMER] = identity
    return request[_CUSTOMER]


def staff_of(request: web.Request) -> StaffIdentity:
    """Who calls a route for staff; known because the route was guarded."""
    return request[_STAFF]


def customer_of(request: web.Request) -> CustomerIdentity:
    """Who calls a route for customers; known because the route was guarded."""
    return request[_CUSTOMER]


def _customer(request: web.Request, token: str) -> CustomerIdentity:
    key = request.app[app_keys.TOKEN_KEY]
    claims = key.verify(token, role=Role.CUSTOMER, audience=CUSTOMER_AUDIENCE)
    if not claims.session_id:
        raise NotAuthenticatedError("the token is not valid")
    request.app[app_keys.LIMITS].customer.count(claims.session_id)
    return CustomerIdentity(
        session_id=claims.session_id,
        expires_at=claims.expires_at,
        hand_overs=claims.hand_overs,
    )
