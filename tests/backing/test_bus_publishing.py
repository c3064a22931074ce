"""Publishing on the bus: order, loss that is counted, subjects that cannot be widened."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from backing.bus import Bus, InProcessBus
from backing.bus.subjects import checked_pattern, checked_subject, matches
from shuanglu.errors import (
    InvalidInputError,
    UnavailableError,
)
from tests.backing.bus_messages import (
    SECRET_WORD,
    Answer,
    Collector,
    Other,
    Question,
    double,
    ignore,
)


async def test_every_subscriber_gets_everything_in_order(bus: Bus) -> None:
    collectors = [Collector(), Collector()]
    for collector in collectors:
        await bus.subscribe("news", Question, collector)
    for number in range(200):
        await bus.publish("news", Question(number=number))
    for collector in collectors:
        assert await collector.until(200) == list(range(200))


async def test_one_at_a_time(bus: Bus) -> None:
    running, most, done = 0, 0, Collector()

    async def handle(question: Question) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        await done(question)

    await bus.subscribe("news", Question, handle)
    for number in range(20):
        await bus.publish("news", Question(number=number))
    await done.until(20)
    assert most == 1


async def test_publishing_waits_for_nobody(bus: Bus) -> None:
    held = asyncio.Event()

    async def hold(_: Question) -> None:
        await held.wait()

    await bus.subscribe("news", Question, hold)
    async with asyncio.timeout(1):
        for number in range(100):
            await bus.publish("news", Question(number=number))
    held.set()


async def test_what_nobody_listened_to_is_gone(bus: Bus) -> None:
    await bus.publish("news", Question(number=1))
    collector = Collector()
    await bus.subscribe("news", Question, collector)
    await bus.publish("news", Question(number=2))
    assert await collector.until(1) == [2]


async def test_a_wildcard_stands_for_one_last_part(bus: Bus) -> None:
    all_sessions, one = Collector(), Collector()
    await bus.subscribe("timeline.*", Question, all_sessions)
    await bus.subscribe("timeline.ses_A", Question, one)
    for subject in ("timeline.ses_A", "timeline.ses_B", "timeline", "timeline.ses_A.x", "phone.x"):
        await bus.publish(subject, Question(number=len(subject)))
    await bus.publish("timeline.ses_A", Question(number=0))
    assert await all_sessions.until(3) == [14, 14, 0]
    assert await one.until(2) == [14, 0]


async def test_a_slow_subscriber_loses_the_oldest_and_the_loss_is_counted() -> None:
    bus, collector = InProcessBus(queue_messages=4), Collector()
    begun, held = asyncio.Event(), asyncio.Event()

    async def hold(question: Question) -> None:
        begun.set()
        await held.wait()
        await collector(question)

    subscription = await bus.subscribe("news", Question, hold)
    await bus.publish("news", Question(number=0))
    await begun.wait()
    with capture_logs() as logs:
        for number in range(1, 11):
            await bus.publish("news", Question(number=number))
    assert subscription.dropped == 6
    assert [entry["lost"] for entry in logs] == [1, 2, 4]
    held.set()
    assert await collector.until(5) == [0, 7, 8, 9, 10]
    await bus.close()


async def test_a_subscriber_that_fails_gets_the_next_message(bus: Bus) -> None:
    collector = Collector()

    async def fail_on_odd(question: Question) -> None:
        if question.number % 2:
            raise ValueError(SECRET_WORD)
        await collector(question)

    await bus.subscribe("news", Question, fail_on_odd)
    with capture_logs() as logs:
        for number in range(3):
            await bus.publish("news", Question(number=number))
        assert await collector.until(2) == [0, 2]
    assert SECRET_WORD not in str(logs)
    assert [entry["error"] for entry in logs] == ["ValueError"]


async def test_a_message_of_another_form_does_not_end_a_subscription(bus: Bus) -> None:
    collector = Collector()
    await bus.subscribe("news", Question, collector)
    await bus.publish("news", Other(word="x"))
    await bus.publish("news", Question(number=1))
    assert await collector.until(1) == [1]


async def test_closing_finishes_what_is_being_handled(bus: Bus) -> None:
    begun, released, finished = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def handle(_: Question) -> None:
        begun.set()
        await released.wait()
        finished.set()

    subscription = await bus.subscribe("news", Question, handle)
    await bus.publish("news", Question(number=1))
    await begun.wait()
    closing = asyncio.create_task(subscription.close())
    released.set()
    await asyncio.wait_for(closing, 5)
    assert finished.is_set()
    await subscription.close()


async def test_a_handler_may_close_its_own_subscription(bus: Bus) -> None:
    closing, staying = Collector(), Collector()

    async def handle(question: Question) -> None:
        await subscription.close()
        await closing(question)

    subscription = await bus.subscribe("news", Question, handle)
    await bus.subscribe("news", Question, staying)
    await bus.publish("news", Question(number=1))
    await closing.until(1)
    await bus.publish("news", Question(number=2))
    assert await staying.until(2) == [1, 2]
    assert closing.numbers == [1]


async def test_a_closed_bus_serves_nobody(bus: InProcessBus) -> None:
    collector = Collector()
    await bus.serve("math.double", Question, double)
    await bus.subscribe("news", Question, collector)
    await bus.close()
    await bus.close()
    with pytest.raises(UnavailableError):
        await bus.request("math.double", Question(number=1), Answer)
    await bus.publish("news", Question(number=1))
    assert collector.numbers == []
    for joining in (bus.serve("a", Question, double), bus.subscribe("a", Question, ignore)):
        with pytest.raises(UnavailableError):
            await joining


BAD_SUBJECTS = ["", ".", "a.", ".a", "a..b", "*", "a.*", "a b", "a.>", "名", "a\n"]


@pytest.mark.parametrize("subject", BAD_SUBJECTS)
async def test_an_identifier_cannot_widen_a_subject(bus: Bus, subject: str) -> None:
    for call in (
        bus.publish(subject, Question(number=1)),
        bus.request(subject, Question(number=1), Answer),
        bus.serve(subject, Question, double),
    ):
        with pytest.raises(InvalidInputError):
            await call


@pytest.mark.parametrize("pattern", ["*", "a.*.b", "*.a", "a.**", "a*", ".*", "a.>", ""])
def test_a_pattern_is_open_only_at_its_end(pattern: str) -> None:
    with pytest.raises(InvalidInputError):
        checked_pattern(pattern)


PARTS = st.lists(st.text(alphabet="abcZ09_-", min_size=1, max_size=4), min_size=1, max_size=4).map(
    ".".join
)


@given(PARTS, PARTS)
def test_a_plain_subject_matches_itself_alone(one: str, other: str) -> None:
    assert checked_subject(one) == one
    assert matches(one, other) is (one == other)
    assert matches(f"{one}.*", other) is (other.rpartition(".")[0] == one)


async def test_long_use_leaves_nothing_behind(bus: InProcessBus) -> None:
    """A small soak: thousands of messages from comers and goers, in order, none lost."""
    await bus.serve("math.double", Question, double)
    permanent = Collector()
    await bus.subscribe("timeline.*", Question, permanent)

    async def visitor(name: int) -> None:
        collector = Collector()
        subscription = await bus.subscribe(f"timeline.v{name}", Question, collector)
        for number in range(50):
            await bus.publish(f"timeline.v{name}", Question(number=number))
            answer = await bus.request("math.double", Question(number=number), Answer)
            assert answer.number == number * 2
        assert await collector.until(50) == list(range(50))
        await subscription.close()

    await asyncio.gather(*(visitor(name) for name in range(40)))
    assert len(await permanent.until(2000)) == 2000
    assert len(bus._subscribers) == 1
    assert bus._subscribers[0].dropped == 0
    assert len(bus._servers["math.double"]._answering) == 0
    assert len(asyncio.all_tasks()) == 2
