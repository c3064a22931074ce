"""The parts of a connection by themselves: states, rate, outbox, presence."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backing.bus import InProcessBus
from shuanglu.clock import ManualClock
from shuanglu.errors import NotAllowedError
from shuanglu.wire import bus as wire
from shuanglu.wire.signalling import Live, Pong, ServerMessage, server_message_adapter
from signalling.outbox import Outbox, OutboxFullError
from signalling.presence import Presence
from signalling.rate_limit import TokenBucket
from signalling.state import TRANSITIONS, ConnectionState, IllegalMoveError, Lifecycle
from tests.signalling.far_end import live

START = datetime(2026, 11, 23, 8, 0, 0, tzinfo=UTC)


# --- states -------------------------------------------------------------------------------


@given(st.lists(st.sampled_from(ConnectionState), max_size=12))
def test_only_moves_of_the_table_happen(wanted: list[ConnectionState]) -> None:
    life = Lifecycle("con_T")
    history = [life.state]
    for state in wanted:
        try:
            life.move(state)
        except IllegalMoveError:
            assert life.state is history[-1]
        else:
            history.append(life.state)
    assert all(after in TRANSITIONS[before] for before, after in pairwise(history))


def test_every_state_is_reached_and_leads_to_the_end() -> None:
    reached, ahead = {ConnectionState.OPENED}, [ConnectionState.OPENED]
    while ahead:
        found = TRANSITIONS[ahead.pop()] - reached
        reached |= found
        ahead += found
    assert reached == set(ConnectionState)
    assert all(TRANSITIONS[state] or state is ConnectionState.CLOSED for state in ConnectionState)


# --- rate -----------------------------------------------------------------------------------


def test_the_bucket_holds_the_burst_and_not_one_more() -> None:
    clock = ManualClock(START)
    bucket = TokenBucket(rate_per_s=10, burst=3, clock=clock)
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    clock.advance(ms=99)
    assert not bucket.take()
    clock.advance(ms=1)
    assert [bucket.take(), bucket.take()] == [True, False]
    clock.advance(ms=3_600_000)
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]


@given(st.lists(st.integers(0, 500), max_size=200))
def test_no_rhythm_gets_more_than_the_rate(pauses_ms: list[int]) -> None:
    clock = ManualClock(START)
    bucket = TokenBucket(rate_per_s=5, burst=4, clock=clock)
    taken = 0
    for pause_ms in pauses_ms:
        clock.advance(ms=pause_ms)
        taken += bucket.take()
    assert taken <= 4 + sum(pauses_ms) * 5 / 1000 + 1e-6


# --- outbox ---------------------------------------------------------------------------------


async def drained(outbox: Outbox) -> list[ServerMessage]:
    sent: list[ServerMessage] = []

    async def send(text: str) -> None:
        sent.append(server_message_adapter.validate_json(text))

    async with asyncio.timeout(5):
        await outbox.drain(send)
    return sent


async def test_only_the_newest_status_is_kept_and_it_stands_after_what_came_before_it() -> None:
    outbox = Outbox(limit=10)
    for number in range(5):
        outbox.put(Live(status=live(stored_ms=number)))
        outbox.put(Pong(sent_ms=number))
    outbox.put(Live(status=live(stored_ms=9)))
    outbox.end()
    sent = await drained(outbox)
    assert sent == [*(Pong(sent_ms=n) for n in range(5)), Live(status=live(stored_ms=9))]


@given(st.lists(st.booleans(), max_size=100))
async def test_nothing_but_a_status_is_ever_left_out(is_status: list[bool]) -> None:
    outbox = Outbox(limit=100)
    put: list[ServerMessage] = [
        Live(status=live(stored_ms=n)) if status else Pong(sent_ms=n)
        for n, status in enumerate(is_status)
    ]
    for message in put:
        outbox.put(message)
    outbox.end()
    newest = [m for m in put if isinstance(m, Live)][-1:]
    assert await drained(outbox) == [m for m in put if isinstance(m, Pong) or m in newest]


def test_the_outbox_holds_its_limit_and_not_one_more() -> None:
    outbox = Outbox(limit=3)
    for number in range(3):
        outbox.put(Pong(sent_ms=number))
    with pytest.raises(OutboxFullError):
        outbox.put(Pong(sent_ms=3))
    assert len(outbox) == 3


def test_statuses_alone_never_fill_it() -> None:
    outbox = Outbox(limit=1)
    for number in range(50):
        outbox.put(Live(status=live(stored_ms=number)))
    assert len(outbox) == 1


async def test_after_the_last_word_nothing_is_taken() -> None:
    outbox = Outbox(limit=5)
    outbox.put(Pong(sent_ms=1))
    outbox.end(Pong(sent_ms=2))
    outbox.end(Pong(sent_ms=3))
    outbox.put(Pong(sent_ms=4))
    assert await drained(outbox) == [Pong(sent_ms=1), Pong(sent_ms=2)]


# --- presence -------------------------------------------------------------------------------


async def test_presence_gives_up_after_its_time_and_goes_on_with_the_next() -> None:
    bus, clock = InProcessBus(), ManualClock(START)
    presence = Presence(bus, clock=clock, retry_s=1)
    presence.came("ses_T", "con_A")
    await asyncio.sleep(0)
    clock.advance(ms=2000)
    async with asyncio.timeout(5):
        await presence.settled(timeout_s=4)
    seen: list[str] = []

    async def append(request: wire.AppendRequest) -> wire.AppendReply:
        seen.extend(draft.payload.type for draft in request.drafts)
        return wire.AppendReply(events=())

    await bus.serve("timeline.append", wire.AppendRequest, append)
    presence.left("ses_T", "con_A")
    await presence.settled(timeout_s=4)
    assert seen == ["customer.disconnected"]
    await bus.close()


async def test_what_the_timeline_refuses_is_not_tried_again() -> None:
    bus, clock = InProcessBus(), ManualClock(START)
    presence = Presence(bus, clock=clock, retry_s=1)
    tries = 0

    async def refuse(_: wire.AppendRequest) -> wire.AppendReply:
        nonlocal tries
        tries += 1
        raise NotAllowedError("no")

    await bus.serve("timeline.append", wire.AppendRequest, refuse)
    presence.came("ses_T", "con_A")
    presence.left("ses_T", "con_A")
    await presence.settled(timeout_s=4)
    assert tries == 2
    await bus.close()


async def test_stopping_does_not_wait_for_an_outage() -> None:
    bus = InProcessBus()
    presence = Presence(bus, clock=ManualClock(START), retry_s=60)
    presence.came("ses_T", "con_A")
    async with asyncio.timeout(2):
        await presence.settled(timeout_s=0.05)
    await presence.settled(timeout_s=0.05)
    await bus.close()
