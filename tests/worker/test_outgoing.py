"""What a session says by itself goes out in order, whatever becomes of one of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from media_worker.outgoing import LIVE_EVERY_S, MAX_APPENDED_AT_ONCE, LivePusher, Outbox
from shuanglu.errors import InvalidInputError, TimelineClosedError
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Actor, EventDraft
from tests.media.session import until


def draft(number: int) -> EventDraft:
    payload = ev.ClocksAligned(stretch=number, audio_step_ms=0)
    return EventDraft(actor=Actor.SYSTEM, payload=payload)


def number_of(each: EventDraft) -> int:
    assert isinstance(each.payload, ev.ClocksAligned)
    return each.payload.stretch


async def said(numbers: range, failing: dict[int, Exception]) -> list[int]:
    """What an append that fails for some of them lets through."""
    through: list[int] = []

    async def append(drafts: Sequence[EventDraft]) -> None:
        await asyncio.sleep(0)
        assert len(drafts) <= MAX_APPENDED_AT_ONCE
        for each in drafts:
            if (error := failing.get(number_of(each))) is not None:
                raise error
        through.extend(map(number_of, drafts))

    outbox = Outbox(append)
    for number in numbers:
        outbox.put(draft(number))
    running = asyncio.create_task(outbox.run())
    await asyncio.wait_for(outbox.empty(), 5)
    assert outbox.waiting == 0
    running.cancel()
    return through


async def test_a_long_outage_goes_out_in_parts_and_in_order() -> None:
    numbers = range(3 * MAX_APPENDED_AT_ONCE + 1)
    assert await said(numbers, {}) == list(numbers)


async def test_one_that_is_refused_does_not_take_the_others_with_it() -> None:
    failing: dict[int, Exception] = {3: InvalidInputError("no such event")}
    assert await said(range(6), failing) == [0, 1, 2, 4, 5]


@pytest.mark.parametrize("error", [TimelineClosedError("closed"), LookupError("unplanned")])
async def test_a_failure_never_ends_the_outbox(error: Exception) -> None:
    first = range(MAX_APPENDED_AT_ONCE + 2)
    assert await said(first, {0: error}) == [MAX_APPENDED_AT_ONCE, MAX_APPENDED_AT_ONCE + 1]


class Phone:
    """What was shown when, and by how much later than the first."""

    def __init__(self) -> None:
        self.shown_s: list[float] = []
        self.pusher = LivePusher(self._push)

    async def _push(self) -> None:
        self.shown_s.append(asyncio.get_running_loop().time())

    async def shows(self, times: int) -> float:
        """Seconds from the first to the last of so many."""
        await until(lambda: len(self.shown_s) >= times)
        return self.shown_s[times - 1] - self.shown_s[0]


async def test_changes_are_shown_so_often_and_no_more() -> None:
    phone = Phone()
    running = asyncio.create_task(phone.pusher.run())
    phone.pusher.changed()
    await phone.shows(1)
    for _ in range(5):
        phone.pusher.changed()
    assert await phone.shows(2) >= LIVE_EVERY_S
    running.cancel()


async def test_another_phase_is_shown_at_once() -> None:
    phone = Phone()
    running = asyncio.create_task(phone.pusher.run())
    phone.pusher.changed()
    await phone.shows(1)
    phone.pusher.phase_changed()
    assert await phone.shows(2) < LIVE_EVERY_S
    phone.pusher.changed()
    assert await phone.shows(3) >= LIVE_EVERY_S
    running.cancel()
