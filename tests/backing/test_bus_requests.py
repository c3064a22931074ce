"""Requests on the bus: the contract, on the one adapter there is; a networked one joins it."""

from __future__ import annotations

import asyncio
import inspect

import pytest
from structlog.testing import capture_logs

from backing.bus import Bus
from backing.bus.envelope import ERRORS_BY_CODE
from shuanglu import errors
from shuanglu.errors import (
    ConflictError,
    InvalidInputError,
    ShuangluError,
    TooManyAttemptsError,
    UnavailableError,
)
from tests.backing.bus_messages import (
    SECRET_WORD,
    Answer,
    Other,
    Question,
    double,
)


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
    assert asking.cancelled()
    assert not finished.is_set()
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


async def test_errors_that_say_retry_say_it_on_the_other_side_too(bus: Bus) -> None:
    async def refuse(_: Question) -> Answer:
        raise TooManyAttemptsError("later")

    await bus.serve("refuse", Question, refuse)
    with pytest.raises(TooManyAttemptsError) as refusal:
        await bus.request("refuse", Question(number=1), Answer)
    assert refusal.value.retryable
