"""The bus's contract, on the one adapter there is; a networked one joins the same tests."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from backing.bus import Bus, InProcessBus
from backing.bus.envelope import ERRORS_BY_CODE
from backing.bus.subjects import checked_pattern, checked_subject, matches
from shuanglu import errors
from shuanglu.errors import (
    ConflictError,
    InvalidInputError,
    ShuangluError,
    TooManyAttemptsError,
    UnavailableError,
)
from shuanglu.wire.base import Wire

SECRET_WORD = "张三"


class Question(Wire):
    number: int
    text: str = ""


class Answer(Wire):
    number: int


class Other(Wire):
    word: str


@pytest.fixture
async def bus() -> AsyncIterator[InProcessBus]:
    bus = InProcessBus()
    yield bus
    await bus.close()


async def double(question: Question) -> Answer:
    return Answer(number=question.number * 2)


async def ignore(_: Question) -> None:
    """A subscriber that is only counted."""


class Collector:
    """A subscriber that keeps what it got."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self._changed = asyncio.Condition()

    async def __call__(self, question: Question) -> None:
        self.numbers.append(question.number)
        async with self._changed:
            self._changed.notify_all()

    async def until(self, count: int) -> list[int]:
        async with asyncio.timeout(5), self._changed:
            await self._changed.wait_for(lambda: len(self.numbers) >= count)
        return self.numbers


async def test_a_request_is_answered(bus: Bus) -> None:
    await bus.serve("math.double", Question, double)
    assert await bus.request("math.double", Question(number=21), Answer) == Answer(number=42)


async def test_the_two_ends_share_no_object(bus: Bus) -> None:
    seen: list[Question] = []

    async def keep(question: Question) -> Question:
        seen.append(question)
        return question

    await bus.serve("echo", Question, keep)
    sent = Question(number=1, text="录")
    received = await bus.request("echo", sent, Question)
    assert sent == seen[0] == received
    assert sent is not seen[0]
    assert seen[0] is not received


async def test_nobody_there_is_told_at_once(bus: Bus) -> None:
    async with asyncio.timeout(0.5):
        with pytest.raises(UnavailableError):
            await bus.request("math.double", Question(number=1), Answer, timeout_s=60)


async def test_a_server_that_left_is_nobody(bus: Bus) -> None:
    server = await bus.serve("math.double", Question, double)
    await server.close()
    await server.close()
    with pytest.raises(UnavailableError):
        await bus.request("math.double", Question(number=1), Answer)
    await bus.serve("math.double", Question, double)
    assert (await bus.request("math.double", Question(number=2), Answer)).number == 4


async def test_a_subject_has_one_server(bus: Bus) -> None:
    await bus.serve("math.double", Question, double)
    with pytest.raises(ConflictError):
        await bus.serve("math.double", Question, double)


def raised_errors() -> list[type[ShuangluError]]:
    return [
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, ShuangluError)
    ]


def test_every_error_has_a_code_of_its_own() -> None:
    assert len({kind.code for kind in raised_errors()}) == len(raised_errors())
    assert set(ERRORS_BY_CODE.values()) == set(raised_errors())


@pytest.mark.parametrize("kind", raised_errors(), ids=lambda kind: str(kind.code))
async def test_an_error_crosses_with_class_sentence_and_field(
    bus: Bus, kind: type[ShuangluError]
) -> None:
    async def refuse(_: Question) -> Answer:
        raise kind("a sentence", field="number")

    await bus.serve("refuse", Question, refuse)
    with pytest.raises(ShuangluError) as refusal:
        await bus.request("refuse", Question(number=1), Answer)
    raised = refusal.value
    assert type(raised) is kind
    assert (raised.detail, raised.field) == ("a sentence", "number")
    assert (raised.code, raised.retryable) == (kind.code, kind.retryable)


async def test_an_error_that_nobody_documented_crosses_as_internal(bus: Bus) -> None:
    class HomeMadeError(ConflictError):
        code = "home_made"

    async def refuse(_: Question) -> Answer:
        raise HomeMadeError("a sentence")

    await bus.serve("refuse", Question, refuse)
    with pytest.raises(ShuangluError) as refusal:
        await bus.request("refuse", Question(number=1), Answer)
    assert (type(refusal.value), refusal.value.code) == (ShuangluError, "internal")


async def test_an_accident_crosses_without_its_words_and_is_logged_without_them(bus: Bus) -> None:
    async def stumble(question: Question) -> Answer:
        raise RuntimeError(f"cannot serve {question.text}")

    await bus.serve("stumble", Question, stumble)
    with capture_logs() as logs, pytest.raises(ShuangluError) as refusal:
        await bus.request("stumble", Question(number=1, text=SECRET_WORD), Answer)
    assert (refusal.value.code, refusal.value.retryable) == ("internal", False)
    assert SECRET_WORD not in refusal.value.detail
    (entry,) = [log for log in logs if log["log_level"] == "error"]
    assert (entry["event"], entry["error"]) == ("bus handler failed", "RuntimeError")
    assert "stumble:" in entry["place"]
    assert SECRET_WORD not in str(logs)


async def test_a_message_of_another_form_is_refused_with_the_field(bus: Bus) -> None:
    await bus.serve("math.double", Question, double)
    with pytest.raises(InvalidInputError) as refusal:
        await bus.request("math.double", Other(word=SECRET_WORD), Answer)
    assert refusal.value.field in {"number", "word"}
    assert SECRET_WORD not in refusal.value.detail


async def test_an_answer_of_another_form_is_an_internal_error(bus: Bus) -> None:
    await bus.serve("math.double", Question, double)
    with pytest.raises(ShuangluError) as refusal:
        await bus.request("math.double", Question(number=1), Other)
    assert refusal.value.code == "internal"


async def test_a_late_answer_is_not_waited_for_and_the_work_is_not_cut(bus: Bus) -> None:
    released, finished = asyncio.Event(), asyncio.Event()

    async def slow(_: Question) -> Answer:
        await released.wait()
        finished.set()
        return Answer(number=1)

    await bus.serve("slow", Question, slow)
    with pytest.raises(UnavailableError):
        await bus.request("slow", Question(number=1), Answer, timeout_s=0.02)
    released.set()
    await asyncio.wait_for(finished.wait(), 5)


async def test_a_caller_that_is_cancelled_does_not_cancel_the_work(bus: Bus) -> None:
    begun, released, finished = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(_: Question) -> Answer:
        begun.set()
        await released.wait()
        finished.set()
        return Answer(number=1)

    await bus.serve("slow", Question, slow)
    asking = asyncio.create_task(bus.request("slow", Question(number=1), Answer))
    await begun.wait()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    released.set()
    await asyncio.wait_for(finished.wait(), 5)


async def test_requests_are_handled_concurrently(bus: Bus) -> None:
    both = asyncio.Barrier(2)

    async def meet(question: Question) -> Answer:
        await both.wait()
        return Answer(number=question.number)

    await bus.serve("meet", Question, meet)
    answers = await asyncio.gather(
        *(bus.request("meet", Question(number=n), Answer) for n in range(2))
    )
    assert [answer.number for answer in answers] == [0, 1]


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


async def test_nobody_listens_and_nothing_happens(bus: Bus) -> None:
    await bus.publish("news", Question(number=1))


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
    closed = asyncio.Event()

    async def handle(_: Question) -> None:
        await subscription.close()
        closed.set()

    subscription = await bus.subscribe("news", Question, handle)
    await bus.publish("news", Question(number=1))
    await asyncio.wait_for(closed.wait(), 5)
    await bus.publish("news", Question(number=2))


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


async def test_errors_that_say_retry_say_it_on_the_other_side_too(bus: Bus) -> None:
    async def refuse(_: Question) -> Answer:
        raise TooManyAttemptsError("later")

    await bus.serve("refuse", Question, refuse)
    with pytest.raises(TooManyAttemptsError) as refusal:
        await bus.request("refuse", Question(number=1), Answer)
    assert refusal.value.retryable
