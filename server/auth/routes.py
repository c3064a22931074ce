"""Staff log in and out, and manage their passkeys."""

from __future__ import annotations

from aiohttp import web

from server import app_keys
from server.auth.guard import STAFF_COOKIE, staff_of
from server.auth.logins import FreshLogin
from server.bodies import json_reply
from server.caller_address import caller_address
from server.routing import Caller, Route, body_of
from shuanglu.wire.http import LoginRequest, Staff, WebAuthnOptions, WebAuthnResponse


async def log_in(request: web.Request) -> web.Response:
    """Name and password for a cookie."""
    body = body_of(request, LoginRequest)
    service = request.app[app_keys.STAFF]
    login = await service.login(body.username, body.password, address=caller_address(request))
    return await _with_cookie(request, login)


async def log_out(request: web.Request) -> web.Response:
    """The login ends, here and in the database."""
    await request.app[app_keys.LOGINS].end(staff_of(request).login_id)
    response = web.Response(status=204)
    response.del_cookie(STAFF_COOKIE, path="/")
    return response


async def me(request: web.Request) -> Staff:
    """Who is logged in."""
    return await _staff(request, staff_of(request).staff_id)


async def passkey_options(request: web.Request) -> WebAuthnOptions:
    """Options to add a passkey."""
    service = request.app[app_keys.PASSKEYS]
    return WebAuthnOptions(options=await service.options_to_add(staff_of(request)))


async def add_passkey(request: web.Request) -> Staff:
    """Add the passkey that the device made."""
    credential = body_of(request, WebAuthnResponse).credential
    identity = staff_of(request)
    await request.app[app_keys.PASSKEYS].add(identity, credential)
    return await _staff(request, identity.staff_id)


async def passkey_login_options(request: web.Request) -> WebAuthnOptions:
    """Options to log in with a passkey."""
    request.app[app_keys.LIMITS].passkey_address.count(caller_address(request))
    return WebAuthnOptions(options=await request.app[app_keys.PASSKEYS].options_to_log_in())


async def passkey_log_in(request: web.Request) -> web.Response:
    """A passkey's assertion for a cookie."""
    request.app[app_keys.LIMITS].passkey_address.count(caller_address(request))
    credential = body_of(request, WebAuthnResponse).credential
    return await _with_cookie(request, await request.app[app_keys.PASSKEYS].log_in(credential))


async def _staff(request: web.Request, staff_id: str) -> Staff:
    member, passkeys = await request.app[app_keys.STAFF].me(staff_id)
    return Staff(staff_id=member.staff_id, username=member.username, passkeys=passkeys)


async def _with_cookie(request: web.Request, login: FreshLogin) -> web.Response:
    settings = request.app[app_keys.SETTINGS]
    response = json_reply(await _staff(request, login.staff.staff_id))
    # The origin was checked before: a page served over HTTPS gets a cookie for HTTPS only.
    origin = request.headers.get("Origin", settings.public_url)
    response.set_cookie(
        STAFF_COOKIE,
        login.token,
        max_age=settings.staff_token_lifetime_s,
        path="/",
        secure=origin.startswith("https://"),
        httponly=True,
        samesite="Strict",
    )
    return response


routes: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/api/v1/staff/login",
        handler=log_in,
        summary="Log in with name and password",
        caller=Caller.PUBLIC,
        request=LoginRequest,
        response=Staff,
        problems=("not_authenticated", "too_many_attempts"),
    ),
    Route(
        method="POST",
        path="/api/v1/staff/logout",
        handler=log_out,
        summary="Log out",
        caller=Caller.STAFF,
        status=204,
    ),
    Route(
        method="GET",
        path="/api/v1/staff/me",
        handler=me,
        summary="Who is logged in",
        caller=Caller.STAFF,
        response=Staff,
    ),
    Route(
        method="POST",
        path="/api/v1/staff/passkeys/options",
        handler=passkey_options,
        summary="Options to add a passkey",
        caller=Caller.STAFF,
        response=WebAuthnOptions,
        problems=("conflict",),
    ),
    Route(
        method="POST",
        path="/api/v1/staff/passkeys",
        handler=add_passkey,
        summary="Add a passkey",
        caller=Caller.STAFF,
        request=WebAuthnResponse,
        response=Staff,
        status=201,
        problems=("confirmation_refused", "conflict"),
    ),
    Route(
        method="POST",
        path="/api/v1/staff/passkey-login/options",
        handler=passkey_login_options,
        summary="Options to log in with a passkey",
        caller=Caller.PUBLIC,
        response=WebAuthnOptions,
        problems=("too_many_attempts",),
    ),
    Route(
        method="POST",
        path="/api/v1/staff/passkey-login",
        handler=passkey_log_in,
        summary="Log in with a passkey",
        caller=Caller.PUBLIC,
        request=WebAuthnResponse,
        response=Staff,
        problems=("not_authenticated", "too_many_attempts"),
    ),
)
