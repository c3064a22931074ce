"""Everything that is not the protocol: refused aloud, logged without contents, changes nothing."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from aiohttp import WSServerHandshakeError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from backing.tokens import CUSTOMER_AUDIENCE, Role, TokenKey
from shuanglu.clock import ManualClock, SystemClock
from shuanglu.wire import signalling as wire
from shuanglu.wire.signalling import MAX_MESSAGE_BYTES
from tests.signalling.conftest import ORIGIN, SECRET, SESSION, Site, SiteMaker
from tests.signalling.phone import Phone

SECRET_WORD = "张三的秘密"

BROKEN: dict[str, tuple[str | bytes, str, str | None, str | None]] = {
    "empty": ("", "invalid_input", None, None),
    "not json": ("{", "invalid_input", None, None),
    "words": (SECRET_WORD, "invalid_input", None, None),
    "null": ("null", "invalid_input", None, None),
    "number": ("7", "invalid_input", None, None),
    "array": ("[]", "invalid_input", None, None),
    "no type": ("{}", "invalid_input", "type", None),
    "unknown type": ('{"type": "' + SECRET_WORD + '"}', "invalid_input", "type", None),
    "type is no word": ('{"type": {"a": 1}}', "invalid_input", "type", None),
    "server's own type": ('{"type": "welcome"}', "invalid_input", "type", None),
    "field missing": ('{"type": "offer"}', "invalid_input", "sdp", "offer"),
    "field empty": ('{"type": "offer", "sdp": ""}', "invalid_input", "sdp", "offer"),
    "field unknown": (
        '{"type": "ask_person", "name": "' + SECRET_WORD + '"}',
        "invalid_input",
        "name",
        "ask_person",
    ),
    "field of another type": (
        '{"type": "page_visibility", "hidden": [true]}',
        "invalid_input",
        "hidden",
        "page_visibility",
    ),
    "sdp too long": (
        json.dumps({"type": "offer", "sdp": "v" * 32_769}),
        "invalid_input",
        "sdp",
        "offer",
    ),
    "step that is none": (
        '{"type": "redo_step", "step_id": "../../etc", "attempt": 1}',
        "invalid_input",
        "step_id",
        "redo_step",
    ),
    "attempt below": (
        '{"type": "redo_step", "step_id": "ask", "attempt": 0}',
        "invalid_input",
        "attempt",
        "redo_step",
    ),
    "attempt past": (
        '{"type": "redo_step", "step_id": "ask", "attempt": 1001}',
        "invalid_input",
        "attempt",
        "redo_step",
    ),
    "not a number": ('{"type": "ping", "sent_ms": NaN}', "invalid_input", "sent_ms", "ping"),
    "infinite": ('{"type": "ping", "sent_ms": 1e999}', "invalid_input", "sent_ms", "ping"),
    "deep": ('{"type":' * 2000 + "1" + "}" * 2000, "invalid_input", None, None),
    "huge": ('{"type": "ping", "x": "' + "a" * MAX_MESSAGE_BYTES + '"}', "too_large", None, None),
    "second hello": (
        '{"type": "hello", "protocol": 1, "token": "x"}',
        "invalid_input",
        "type",
        "hello",
    ),
    "binary": (b"\x00\x01\x02", "invalid_input", None, None),
    "binary json": (b'{"type": "ask_person"}', "invalid_input", None, None),
}


async def send_raw(phone: Phone, frame: str | bytes) -> None:
    if isinstance(frame, bytes):
        await phone.socket.send_bytes(frame)
    else:
        await phone.socket.send_str(frame)


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_message_is_refused_and_changes_nothing(site: Site, name: str) -> None:
    frame, code, field, in_reply_to = BROKEN[name]
    phone = await site.phone()
    await phone.hello(site.token())
    await site.timeline.until(SESSION, "customer.connected")
    before = site.timeline.types(SESSION)
    await send_raw(phone, frame)
    refused = await phone.receive(wire.Refused)
    assert (refused.code, refused.field, refused.in_reply_to) == (code, field, in_reply_to)
    assert SECRET_WORD not in refused.model_dump_json()
    assert not refused.retryable
    await phone.send("ping", sent_ms=1)
    await phone.receive(wire.Pong)
    assert site.timeline.types(SESSION) == before
    assert (site.worker.inputs, site.worker.offers) == ([], [])


@pytest.mark.parametrize("name", [name for name in BROKEN if name != "second hello"])
async def test_before_the_hello_the_first_broken_message_is_the_last(site: Site, name: str) -> None:
    phone = await site.phone()
    before = site.timeline.types(SESSION)
    await send_raw(phone, BROKEN[name][0])
    assert (await phone.receive(wire.Refused)).code == BROKEN[name][1]
    assert (await phone.receive(wire.Bye)).reason == "protocol"
    assert await phone.ended() == 1008
    assert site.timeline.types(SESSION) == before


@pytest.mark.parametrize(
    "message",
    [{"type": "offer", "sdp": "v=0"}, {"type": "ping", "sent_ms": 1}, {"type": "ask_person"}],
)
async def test_nothing_is_done_before_the_hello(site: Site, message: dict[str, Any]) -> None:
    phone = await site.phone()
    await phone.socket.send_json(message)
    refused = await phone.receive(wire.Refused)
    assert (refused.code, refused.in_reply_to) == ("invalid_input", message["type"])
    assert (await phone.receive(wire.Bye)).reason == "protocol"
    assert (site.worker.inputs, site.worker.offers) == ([], [])


async def test_a_message_of_the_largest_size_is_taken_and_one_byte_more_is_not(
    site: Site,
) -> None:
    phone = await site.phone()
    await phone.hello(site.token())
    frame = '{"type": "ping", "sent_ms": 1}'
    await phone.socket.send_str(frame + " " * (MAX_MESSAGE_BYTES - len(frame)))
    await phone.receive(wire.Pong)
    await phone.socket.send_str(frame + " " * (MAX_MESSAGE_BYTES - len(frame) + 1))
    assert (await phone.receive(wire.Refused)).code == "too_large"


async def test_size_is_counted_in_bytes_not_letters(site: Site) -> None:
    phone = await site.phone()
    await phone.hello(site.token())
    await phone.socket.send_str(json.dumps({"a": "录" * 30_000}, ensure_ascii=False))
    assert (await phone.receive(wire.Refused)).code == "too_large"


async def test_a_frame_that_is_not_even_read_ends_the_connection(site: Site) -> None:
    phone = await site.phone()
    await phone.hello(site.token())
    await phone.socket.send_str("a" * (4 * MAX_MESSAGE_BYTES + 1))
    assert await phone.ended() == 1009
    await site.timeline.until(SESSION, "customer.connected", "customer.disconnected")


async def test_twenty_broken_messages_end_the_connection(site: Site) -> None:
    phone = await site.phone()
    await phone.hello(site.token())
    for _ in range(20):
        await phone.socket.send_str("?")
    for _ in range(20):
        await phone.receive(wire.Refused)
    assert (await phone.receive(wire.Bye)).reason == "protocol"
    assert await phone.ended() == 1008


async def test_a_flood_is_refused_and_may_be_slower(make_site: SiteMaker) -> None:
    site = await make_site(messages_per_s=0.01, message_burst=3)
    phone = await site.phone()
    await phone.hello(site.token())
    for number in range(3):
        await phone.send("ping", sent_ms=number)
    assert [(await phone.next()).type for _ in range(3)] == ["pong", "pong", "refused"]
    await phone.send("ping", sent_ms=4)
    refused = await phone.receive(wire.Refused)
    assert (refused.code, refused.retryable) == ("too_many_attempts", True)


async def test_too_many_waiting_messages_are_refused(make_site: SiteMaker) -> None:
    site = await make_site(inbox_messages=2)
    phone = await site.phone()
    await phone.hello(site.token())
    site.worker.held.clear()
    await phone.send("offer", sdp="the one that is being worked on")
    await phone.send("ping", sent_ms=0)
    await phone.receive(wire.Pong)
    for _ in range(3):
        await phone.send("ask_person")
    assert (await phone.receive(wire.Refused)).code == "too_many_attempts"
    site.worker.held.set()
    await phone.receive(wire.Answer)


async def test_a_silent_phone_is_not_waited_for(make_site: SiteMaker) -> None:
    site = await make_site(hello_timeout_s=0.1)
    phone = await site.phone()
    assert (await phone.receive(wire.Bye)).reason == "protocol"
    assert await phone.ended() == 1008


async def test_an_admitted_phone_may_be_silent(make_site: SiteMaker) -> None:
    site = await make_site(hello_timeout_s=0.1)
    phone = await site.phone()
    await phone.hello(site.token())
    with pytest.raises(TimeoutError):
        await phone.socket.receive(timeout=0.3)


# --- tokens -----------------------------------------------------------------------------


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
        "other audience": now_key.issue(SESSION, Role.CUSTOMER, SESSION, 60, "staff"),
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


async def test_another_protocol_is_refused(site: Site) -> None:
    phone = await site.phone()
    await phone.send("hello", protocol=2, token=site.token())
    refused = await phone.receive(wire.Refused)
    assert (refused.field, refused.in_reply_to) == ("protocol", "hello")
    assert (await phone.receive(wire.Bye)).reason == "protocol"


async def test_when_the_server_is_away_the_phone_is_told_to_come_back(site: Site) -> None:
    await site.timeline.stop()
    phone = await site.phone()
    await phone.send("hello", protocol=1, token=site.token())
    refused = await phone.receive(wire.Refused)
    assert (refused.code, refused.retryable, refused.in_reply_to) == ("unavailable", True, "hello")
    assert await phone.ended() == 1013


# --- before the upgrade -------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://record.example", "https://record.example:444", "null", ""],
)
async def test_pages_of_another_origin_are_turned_away(site: Site, origin: str) -> None:
    with pytest.raises(WSServerHandshakeError) as refusal:
        await site.client.ws_connect("/ws/v1/session", origin=origin)
    assert refusal.value.status == 403


async def test_a_client_that_is_no_page_may_come(site: Site) -> None:
    phone = Phone(await site.client.ws_connect("/ws/v1/session"))
    await phone.hello(site.token())


async def test_a_plain_request_is_refused(site: Site) -> None:
    assert (await site.client.get("/ws/v1/session")).status == 400


async def test_strangers_are_limited_and_make_room(make_site: SiteMaker) -> None:
    site = await make_site(max_strangers=2)
    strangers = [await site.phone(), await site.phone()]
    with pytest.raises(WSServerHandshakeError) as refusal:
        await site.phone()
    assert refusal.value.status == 503
    answer = await site.client.get("/ws/v1/session", headers={"Origin": ORIGIN})
    problem = await answer.json()
    assert (problem["code"], problem["retryable"]) == ("unavailable", True)
    await strangers[0].hello(site.token())
    await (await site.phone()).hello(site.token())


async def test_connections_are_limited(make_site: SiteMaker) -> None:
    site = await make_site(max_connections=1)
    await (await site.phone()).hello(site.token())
    with pytest.raises(WSServerHandshakeError) as refusal:
        await site.phone()
    assert refusal.value.status == 503


# --- slow phones, and phones that fuzz ------------------------------------------------------


async def test_a_phone_that_takes_nothing_is_given_up_and_the_others_are_served(
    make_site: SiteMaker,
) -> None:
    site = await make_site(outbox_messages=20, flush_s=0.2)
    await site.timeline.commit("ses_B", [])
    slow, other = await site.phone(), await site.phone()
    await slow.hello(site.token())
    await site.timeline.until(SESSION, "customer.connected")
    await other.hello(site.token("ses_B"))
    large = wire.Refused(code="x", detail="a" * 300_000, retryable=False)

    async def pour() -> None:
        while "customer.disconnected" not in site.timeline.types(SESSION):
            await site.worker.say(SESSION, large)
            await other.send("ping", sent_ms=1)
            await other.receive(wire.Pong)

    async with asyncio.timeout(10):
        await pour()


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
TYPES = st.sampled_from([*BROKEN, "hello", "offer", "prompt_proof", "answer_tap", "ping"])
FIELDS = st.sampled_from(["sdp", "token", "step_id", "attempt", "proof", "sent_ms", "type"])
MESSAGES = st.builds(
    lambda kind, fields: json.dumps({"type": kind} | fields),
    TYPES,
    st.dictionaries(FIELDS, JSON_VALUES, max_size=4),
)
FRAMES = st.lists(
    MESSAGES | JSON_VALUES.map(json.dumps) | st.text(max_size=50) | st.binary(max_size=50),
    max_size=15,
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(frames=FRAMES, says_hello=st.booleans())
async def test_no_frames_kill_the_server(
    site: Site, frames: list[str | bytes], *, says_hello: bool
) -> None:
    phone = await site.phone()
    if says_hello:
        await phone.hello(site.token())
    with capture_logs() as logs:
        for frame in frames:
            if not phone.socket.closed:
                await send_raw(phone, frame)
        await phone.socket.close()
    assert [entry for entry in logs if entry["log_level"] == "error"] == []
    witness = await site.phone()
    await witness.hello(site.token())
    await witness.send("ping", sent_ms=1)
    await witness.receive(wire.Pong)
    await witness.socket.close()
