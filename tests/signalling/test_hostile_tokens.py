"""Expired, forged, foreign and misused tokens open nothing."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from structlog.testing import capture_logs

from backing.tokens import CUSTOMER_AUDIENCE, STAFF_AUDIENCE, Role, TokenKey
from shuanglu.clock import ManualClock, SystemClock
from shuanglu.wire import signalling as wire
from tests.signalling.conftest import SECRET, SESSION, Site


def claims(**changes: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    made: dict[str, Any] = {
        "iss": "shuanglu",
        "sub": SESSION,
        "role": "customer",
        "aud": CUSTOMER_AUDIENCE,
        "jti": "x",
        "iat": now.timestamp(),
        "exp": (now + timedelta(minutes=1)).timestamp(),
        "session_id": SESSION,
    }
    made.update(changes)
    return {name: value for name, value in made.items() if value is not None}


def none_token() -> str:
    header, payload = (
        base64.urlsafe_b64encode(json.dumps(part, default=str).encode()).rstrip(b"=").decode()
        for part in ({"alg": "none", "typ": "JWT"}, claims())
    )
    return f"{header}.{payload}."


def bad_tokens() -> dict[str, str]:
    clock = ManualClock(datetime.now(UTC) - timedelta(hours=1))
    key, now_key = TokenKey(SECRET, clock=clock), TokenKey(SECRET, clock=SystemClock())
    foreign = TokenKey(b"the secret of some other server!", clock=SystemClock())
    good = now_key.issue(SESSION, Role.CUSTOMER, SESSION, 60, CUSTOMER_AUDIENCE)
    return {
        "empty": "",
        "garbage": "a.b.c",
        "expired": key.issue(SESSION, Role.CUSTOMER, SESSION, 60, CUSTOMER_AUDIENCE),
        "foreign secret": foreign.issue(SESSION, Role.CUSTOMER, SESSION, 60, CUSTOMER_AUDIENCE),
        "alg none": none_token(),
        "signature cut off": good.rpartition(".")[0] + ".",
        "signature altered": good[:-4] + ("AAAA" if good[-4:] != "AAAA" else "BBBB"),
        "other algorithm": jwt.encode(claims(), SECRET * 2, algorithm="HS512"),
        "other audience": now_key.issue(SESSION, Role.CUSTOMER, SESSION, 60, STAFF_AUDIENCE),
        "audience by its bare name": now_key.issue(SESSION, Role.CUSTOMER, SESSION, 60, "customer"),
        "other role": now_key.issue(SESSION, Role.STAFF, SESSION, 60, CUSTOMER_AUDIENCE),
        "no session": now_key.issue(SESSION, Role.CUSTOMER, None, 60, CUSTOMER_AUDIENCE),
        "unknown session": now_key.issue("ses_X", Role.CUSTOMER, "ses_X", 60, CUSTOMER_AUDIENCE),
        "a session that widens": now_key.issue("*", Role.CUSTOMER, "*", 60, CUSTOMER_AUDIENCE),
        "of the future": jwt.encode(
            claims(iat=(datetime.now(UTC) + timedelta(hours=1)).timestamp()), SECRET
        ),
    } | {
        f"without {name}": jwt.encode(claims(**{name: None}), SECRET, algorithm="HS256")
        for name in ("iss", "exp", "iat", "aud", "sub", "jti", "role")
    }


@pytest.mark.parametrize("name", bad_tokens())
async def test_a_token_that_does_not_hold_opens_nothing(site: Site, name: str) -> None:
    token = bad_tokens()[name]
    phone = await site.phone()
    before = site.timeline.types(SESSION)
    with capture_logs() as logs:
        await phone.send("hello", protocol=1, token=token)
        assert (await phone.receive(wire.Bye)).reason == "not_authenticated"
        assert await phone.ended() == 4003
    assert not token or token not in json.dumps(logs, default=str)
    assert site.timeline.types(SESSION) == before
    assert site.worker.left == []
