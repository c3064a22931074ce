"""What the customer's page calls to sign: strokes, key, statement, signature."""

from __future__ import annotations

from aiohttp import web

from server import app_keys
from server.auth.guard import customer_of
from server.confirmations.install import CREDENTIALS, SIGNING, STATEMENTS, STROKES
from server.routing import Caller, Route, body_of
from shuanglu.wire.http import (
    CredentialView,
    DeviceKey,
    Signature,
    SignedStatement,
    StatementView,
    StepAttempt,
    WebAuthnOptions,
    WebAuthnResponse,
)

_BASE = "/api/v1/customer"


async def sign(request: web.Request) -> web.Response:
    """A handwritten signature."""
    session_id = customer_of(request).session_id
    request.app[app_keys.LIMITS].signature.count(session_id)
    await request.app[STROKES].accept(session_id, body_of(request, Signature))
    return web.Response(status=204)


async def webauthn_options(request: web.Request) -> WebAuthnOptions:
    """Options to register a credential."""
    session_id = customer_of(request).session_id
    return WebAuthnOptions(options=await request.app[CREDENTIALS].options(session_id))


async def register_webauthn(request: web.Request) -> CredentialView:
    """The credential that the device made."""
    credential = body_of(request, WebAuthnResponse).credential
    session_id = customer_of(request).session_id
    return await request.app[CREDENTIALS].register(session_id, credential)


async def register_device_key(request: web.Request) -> CredentialView:
    """The weaker key, for browsers without WebAuthn."""
    public_key = body_of(request, DeviceKey).public_key
    session_id = customer_of(request).session_id
    return await request.app[CREDENTIALS].register_device_key(session_id, public_key)


async def statement(request: web.Request) -> StatementView:
    """The statement to be signed."""
    wanted = body_of(request, StepAttempt)
    return await request.app[STATEMENTS].issue(customer_of(request).session_id, wanted)


async def confirm(request: web.Request) -> web.Response:
    """The signature over the statement."""
    signed = body_of(request, SignedStatement)
    await request.app[SIGNING].confirm(customer_of(request).session_id, signed)
    return web.Response(status=204)


routes: tuple[Route, ...] = (
    Route(
        method="POST",
        path=f"{_BASE}/signature",
        handler=sign,
        summary="Send the strokes of a handwritten signature",
        caller=Caller.CUSTOMER,
        request=Signature,
        status=204,
        large_body=True,
        problems=("conflict", "too_large", "too_many_attempts", "unavailable"),
    ),
    Route(
        method="POST",
        path=f"{_BASE}/credentials/webauthn/options",
        handler=webauthn_options,
        summary="Options to register a WebAuthn credential",
        caller=Caller.CUSTOMER,
        response=WebAuthnOptions,
        problems=("conflict", "timeline_closed"),
    ),
    Route(
        method="POST",
        path=f"{_BASE}/credentials/webauthn",
        handler=register_webauthn,
        summary="Register the WebAuthn credential that the device made",
        caller=Caller.CUSTOMER,
        request=WebAuthnResponse,
        response=CredentialView,
        status=201,
        problems=("confirmation_refused", "conflict", "timeline_closed"),
    ),
    Route(
        method="POST",
        path=f"{_BASE}/credentials/device-key",
        handler=register_device_key,
        summary="Register a device key, the weaker assurance",
        caller=Caller.CUSTOMER,
        request=DeviceKey,
        response=CredentialView,
        status=201,
        problems=("confirmation_refused", "conflict", "timeline_closed"),
    ),
    Route(
        method="POST",
        path=f"{_BASE}/statement",
        handler=statement,
        summary="The statement to be signed, when it is due",
        caller=Caller.CUSTOMER,
        request=StepAttempt,
        response=StatementView,
        problems=("conflict", "timeline_closed", "too_many_attempts"),
    ),
    Route(
        method="POST",
        path=f"{_BASE}/confirmation",
        handler=confirm,
        summary="Confirm the statement with the registered key",
        caller=Caller.CUSTOMER,
        request=SignedStatement,
        status=204,
        problems=("confirmation_refused", "conflict", "timeline_closed"),
    ),
)
