"""Every route, from the route table itself: who is let in, and who is not."""

from __future__ import annotations

import base64
import json
from typing import Any

import jwt
import pytest
from aiohttp import web

from backing.tokens import CUSTOMER_AUDIENCE, STAFF_AUDIENCE, Role, TokenKey
from server.route_table import API_ROUTES
from server.routing import Caller, Route
from shuanglu.clock import ManualClock
from tests.server.stage import Stage

STAFF_ROUTES = [route for route in API_ROUTES if route.caller is Caller.STAFF]
CUSTOMER_ROUTES = [route for route in API_ROUTES if route.caller is Caller.CUSTOMER]
PUBLIC_PATHS = {
    "/healthz",
    "/readyz",
    "/api/v1/openapi.json",
    "/api/v1/signing-keys",
    "/api/v1/staff/login",
    "/api/v1/staff/passkey-login/options",
    "/api/v1/staff/passkey-login",
    "/api/v1/customer/exchange",
    "/api/v1/customer/handover/redeem",
}
SECRET = b"k" * 32


def _name(route: Route) -> str:
    return f"{route.method} {route.path}"


def _path(route: Route, session_id: str = "ses_00000000000000000001") -> str:
    parts = {
        "session_id": session_id,
        "stretch": "1",
        "record_number": "SL-20261123-00000000",
        "prompt": "x",
        "case_id": "ses_00000000000000000001.other_face.1",
        "sha256": "0" * 64,
        "script_id": "bank-wealth-demo",
        "version": "1",
        "draft_id": "drf_000000000001",
        "template_id": "bank-wealth",
    }
    path = route.path
    for name, value in parts.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def _unsigned(claims: dict[str, Any]) -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}."


def _bad_tokens(clock: ManualClock, role: Role, audience: str, session_id: str) -> dict[str, str]:
    key = TokenKey(SECRET, clock=clock)
    other_key = TokenKey(b"o" * 32, clock=clock)
    other_role = Role.STAFF if role is Role.CUSTOMER else Role.CUSTOMER
    good = key.issue(session_id, role, session_id, 60, audience, login_id="x")
    claims = jwt.decode(good, options={"verify_signature": False})
    return {
        "empty": "",
        "garbage": "not-a-token",
        "too long": "a" * 5000,
        "expired": key.issue(session_id, role, session_id, -1, audience, login_id="x"),
        "forged": other_key.issue(session_id, role, session_id, 60, audience, login_id="x"),
        "other audience": key.issue(session_id, role, session_id, 60, "elsewhere", login_id="x"),
        "other role": key.issue(session_id, other_role, session_id, 60, audience, login_id="x"),
        "alg none": _unsigned(claims),
        "altered": good[:-4] + ("AAAA" if not good.endswith("AAAA") else "BBBB"),
        "other algorithm": jwt.encode(claims, SECRET * 2, algorithm="HS512"),
    }


def test_only_these_routes_are_public() -> None:
    public = {route.path for route in API_ROUTES if route.caller is Caller.PUBLIC}
    assert {p for p in public if "/verify" not in p and "/records" not in p} == PUBLIC_PATHS


async def test_every_api_route_of_the_router_is_declared(stage: Stage) -> None:
    declared = {(route.method, route.path) for route in API_ROUTES}
    served = {
        (route.method, route.resource.canonical)
        for route in stage.app.router.routes()
        if route.resource is not None and isinstance(route.resource, web.Resource)
        if route.resource.canonical.startswith(("/api", "/healthz", "/readyz"))
        if route.method != "HEAD"
    }
    assert served == declared


@pytest.mark.parametrize("route", STAFF_ROUTES, ids=_name)
async def test_staff_routes_refuse_everybody_else(
    stage: Stage, clock: ManualClock, route: Route
) -> None:
    session_id, customer_token = await stage.join()
    path = _path(route, session_id)
    await stage.problem(await stage.request(route.method, path), 401, "not_authenticated")
    as_customer = await stage.request(route.method, path, token=customer_token)
    await stage.problem(as_customer, 401, "not_authenticated")
    with_customers_cookie = await stage.request(route.method, path, cookie=customer_token)
    await stage.problem(with_customers_cookie, 401, "not_authenticated")
    for why, token in _bad_tokens(clock, Role.STAFF, STAFF_AUDIENCE, session_id).items():
        response = await stage.request(route.method, path, cookie=token)
        assert response.status == 401, why
    # A well-signed token for a login that does not exist (any more).
    token = TokenKey(SECRET, clock=clock).issue(
        "stf_x", Role.STAFF, None, 60, STAFF_AUDIENCE, login_id="none"
    )
    assert (await stage.request(route.method, path, cookie=token)).status == 401


@pytest.mark.parametrize("route", CUSTOMER_ROUTES, ids=_name)
async def test_customer_routes_refuse_everybody_else(
    stage: Stage, clock: ManualClock, route: Route
) -> None:
    session_id, _ = await stage.join()
    path = _path(route, session_id)
    await stage.problem(await stage.request(route.method, path), 401, "not_authenticated")
    as_staff = await stage.staff(route.method, path)
    await stage.problem(as_staff, 401, "not_authenticated")
    with_staff_token = await stage.request(route.method, path, token=await stage.staff_cookie())
    await stage.problem(with_staff_token, 401, "not_authenticated")
    for why, token in _bad_tokens(clock, Role.CUSTOMER, CUSTOMER_AUDIENCE, session_id).items():
        response = await stage.request(route.method, path, token=token)
        assert response.status == 401, why
    unbound = TokenKey(SECRET, clock=clock).issue(
        session_id, Role.CUSTOMER, None, 60, CUSTOMER_AUDIENCE
    )
    assert (await stage.request(route.method, path, token=unbound)).status == 401


async def test_a_customer_sees_the_own_session_only(stage: Stage) -> None:
    mine, my_token = await stage.join(customer_name="张三")
    theirs, their_token = await stage.join(customer_name="李四")
    for session_id, token in ((mine, my_token), (theirs, their_token)):
        response = await stage.request("GET", "/api/v1/customer/session", token=token)
        assert (await response.json())["session_id"] == session_id


@pytest.mark.parametrize("route", CUSTOMER_ROUTES, ids=_name)
async def test_a_token_for_a_session_that_is_not_there_opens_nothing(
    stage: Stage, clock: ManualClock, route: Route
) -> None:
    token = TokenKey(SECRET, clock=clock).issue(
        "ses_none", Role.CUSTOMER, "ses_none", 60, CUSTOMER_AUDIENCE
    )
    body = {"kind": "face", "granted": True, "text": "…"} if route.request else None
    response = await stage.request(route.method, _path(route), token=token, json=body)
    assert response.status in {400, 404, 415, 422}, await response.text()
