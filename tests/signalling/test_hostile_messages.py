"""Broken, early and random messages: refused aloud, logged without contents, change nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from shuanglu.wire import signalling as wire
from shuanglu.wire.signalling import MAX_MESSAGE_BYTES
from tests.signalling.conftest import SESSION, Site

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
    "a language that no page speaks": (
        '{"type": "choose_display", "elder": true, "voice": "slow", "language": "tlh"}',
        "invalid_input",
        "language",
        "choose_display",
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


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_message_is_refused_and_changes_nothing(site: Site, name: str) -> None:
    frame, code, field, in_reply_to = BROKEN[name]
    phone = await site.phone()
    await phone.hello(site.token())
    await site.timeline.until(SESSION, "customer.connected")
    before = site.timeline.types(SESSION)
    await phone.send_raw(frame)
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
    await phone.send_raw(BROKEN[name][0])
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
                await phone.send_raw(frame)
        await phone.socket.close()
    assert [entry for entry in logs if entry["log_level"] == "error"] == []
    witness = await site.phone()
    await witness.hello(site.token())
    await witness.send("ping", sent_ms=1)
    await witness.receive(wire.Pong)
    await witness.socket.close()
