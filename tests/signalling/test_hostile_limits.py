"""Every limit of a connection, at it and one past it; origins and slow phones."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import WSServerHandshakeError

from shuanglu.wire import signalling as wire
from shuanglu.wire.signalling import MAX_MESSAGE_BYTES
from tests.signalling.conftest import ORIGIN, SESSION, Site, SiteMaker
from tests.signalling.phone import Phone


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


async def test_one_address_cannot_take_all_the_places_of_strangers(make_site: SiteMaker) -> None:
    site = await make_site(max_strangers_per_address=2, trusted_proxy_hops=1)

    def from_(address: str) -> dict[str, dict[str, str]]:
        # The proxy adds what it sees on the right; what is before it may be invented.
        return {"headers": {"X-Forwarded-For": f"198.51.100.9, {address}"}}

    flooding = [await site.socket(**from_("192.0.2.1")) for _ in range(2)]
    with pytest.raises(WSServerHandshakeError) as refused:
        await site.socket(**from_("192.0.2.1"))
    assert refused.value.status == 503
    elsewhere = Phone(await site.socket(**from_("192.0.2.2")))
    await elsewhere.hello(site.token())
    # Who has said hello is no stranger any more, and makes room for the next.
    await Phone(flooding[0]).hello(site.token())
    await site.socket(**from_("192.0.2.1"))
