"""Phones that go, come back, come twice or never send: every hole is told, no other."""

from __future__ import annotations

from itertools import pairwise

from shuanglu.script.runner import RunPhase
from shuanglu.timeline import events as ev
from shuanglu.wire import signalling as page
from tests.media.session import until
from tests.worker.customer import Customer
from tests.worker.studio import count


def spans(payloads: list[ev.AnyPayload]) -> list[tuple[int, int]]:
    begun = {p.stretch: p.start_ms for p in payloads if isinstance(p, ev.StretchBegun)}
    ended = {p.stretch: p.end_ms for p in payloads if isinstance(p, ev.StretchEnded)}
    assert ended.keys() <= begun.keys(), "a stretch ended that never began"
    return [(begun[n], ended.get(n, begun[n])) for n in sorted(begun)]


def assert_every_hole_is_told(payloads: list[ev.AnyPayload]) -> None:
    told = [(p.from_ms, p.to_ms) for p in payloads if isinstance(p, ev.MediaGap)]
    holes = [(a[1], b[0]) for a, b in pairwise(spans(payloads)) if a[1] < b[0]]
    assert told == holes


async def test_an_interrupted_step_begins_again(customer: Customer) -> None:
    phone = await customer.on_air()
    assert await customer.turn("ask") == 1
    await phone.close()
    payloads = await customer.studio.until(
        customer.session_id,
        lambda found: count(found, ev.StretchEnded) * count(found, ev.StepFailed) == 1,
    )
    failed = [p for p in payloads if isinstance(p, ev.StepFailed)]
    assert [(p.step_id, p.attempt, p.reason) for p in failed] == [("ask", 1, "interrupted")]
    await customer.offer()
    assert await customer.turn("ask") == 2
    payloads = [event.payload for event in await customer.studio.events(customer.session_id)]
    assert len(spans(payloads)) == 2
    assert_every_hole_is_told(payloads)


async def test_a_second_phone_takes_the_first_ones_place(customer: Customer) -> None:
    await customer.on_air()
    await customer.turn("ask")
    await customer.offer()
    assert await customer.turn("ask") == 2
    payloads = [event.payload for event in await customer.studio.events(customer.session_id)]
    ended = [p for p in payloads if isinstance(p, ev.StretchEnded)]
    assert [(p.stretch, p.reason) for p in ended] == [(1, "replaced")]
    assert_every_hole_is_told(payloads)


async def test_two_offers_at_once_leave_one_peer(customer: Customer) -> None:
    first = await customer.offer(connect=False)
    second = await customer.offer()
    await customer.device_checked()
    await customer.turn("ask")
    payloads = [event.payload for event in await customer.studio.events(customer.session_id)]
    assert spans(payloads)[0][0] >= 0
    assert len(spans(payloads)) == 1
    assert first is not second


async def test_a_phone_that_never_sends_leaves_no_trace(customer: Customer) -> None:
    """Otherwise the next gap is told from it, and the record can never be sealed."""
    phone = await customer.on_air()
    await customer.turn("ask")
    await phone.close()
    studio, session_id = customer.studio, customer.session_id
    await studio.until(
        session_id, lambda found: count(found, ev.StretchEnded) * count(found, ev.StepFailed) == 1
    )
    silent = await customer.offer(connect=False)
    await silent.close()
    (worker,) = studio.workers
    await customer.offer()
    assert await customer.turn("ask") == 2
    payloads = [event.payload for event in await studio.events(session_id)]
    assert len(spans(payloads)) == 2
    assert count(payloads, ev.StretchEnded) == 1
    assert_every_hole_is_told(payloads)
    assert worker.dump()[session_id] == {"phase": RunPhase.AWAITING, "on_air": True}


async def test_a_storm_of_loudspeaker_tests_plays_one(customer: Customer) -> None:
    await customer.offer()
    for _ in range(50):
        await customer.send(page.PlayTestSound())
    await customer.device_checked()
    # The script speaks after it, and is not cut off by what was asked for before.
    assert await customer.turn("ask") == 1
    payloads = [event.payload for event in await customer.studio.events(customer.session_id)]
    assert count(payloads, ev.PromptInterrupted) == 0


async def test_a_hidden_page_hears_nothing_and_a_page_that_left_is_not_hidden(
    customer: Customer,
) -> None:
    await customer.offer()
    await customer.send(page.PageVisibility(hidden=True))
    await customer.device_checked()
    state = await customer.studio.until_state(
        customer.session_id, lambda s: s.phase is RunPhase.PROMPTING
    )
    assert not state.prompt_started
    await customer.send(page.PageVisibility(hidden=False))
    await customer.turn("ask")
    await until(lambda: bool(customer.heard(page.PromptEndedNotice)))
