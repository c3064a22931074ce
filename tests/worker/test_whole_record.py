"""A verdict is given when everything is there, and says no more than was examined."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from shuanglu.clock import SystemClock
from shuanglu.errors import ConflictError
from shuanglu.timeline import events as ev
from shuanglu.wire import signalling as page
from tests.script.scripts import done, opening
from tests.server.evidence.act import until
from tests.worker.customer import Customer
from tests.worker.studio import Studio, count


async def through(customer: Customer) -> None:
    """The customer's turn at each step, from the question to the signature of the statement."""
    await customer.answer()
    await customer.read()
    assert (await customer.sign()).status == 204
    assert (await customer.confirm()).status == 204


async def is_sealed(customer: Customer) -> bool:
    path = f"/api/v1/sessions/{customer.session_id}"
    response = await customer.studio.stage.staff("GET", path)
    return bool((await response.json())["summary"]["phase"] == "sealed")


async def test_without_observers_a_person_must_look_and_it_is_sealed_so(customer: Customer) -> None:
    await customer.on_air()
    await through(customer)
    payloads = await customer.studio.until(
        customer.session_id, lambda found: isinstance(found[-1], ev.VerdictGiven)
    )
    verdict = payloads[-1]
    assert isinstance(verdict, ev.VerdictGiven)
    assert verdict.outcome is ev.Outcome.NEEDS_REVIEW
    assert {m.reason for m in verdict.not_evaluated} == {
        "voice_not_evaluated",
        "face_not_evaluated",
    }
    assert count(payloads, ev.StretchEnded) == 1
    await until(lambda: is_sealed(customer))


async def test_nothing_is_recorded_after_the_verdict(customer: Customer) -> None:
    await customer.on_air()
    await through(customer)
    await customer.studio.until(
        customer.session_id, lambda found: isinstance(found[-1], ev.VerdictGiven)
    )
    with pytest.raises(ConflictError):
        await customer.offer()


async def test_two_taps_at_once_are_one_answer(customer: Customer) -> None:
    await customer.on_air()
    attempt = await customer.turn("ask")
    taps = [page.AnswerTap(step_id="ask", attempt=attempt, choice=c) for c in ("no", "yes", "no")]
    results = await asyncio.gather(*map(customer.send, taps), return_exceptions=True)
    assert [type(r) for r in results].count(ConflictError) == 2
    payloads = await customer.studio.until(
        customer.session_id, lambda found: count(found, ev.AnswerJudged) == 1
    )
    assert count(payloads, ev.AnswerTapped) == 1


async def test_what_belongs_to_another_attempt_changes_nothing(customer: Customer) -> None:
    await customer.on_air()
    attempt = await customer.turn("ask")
    for other in (
        page.AnswerTap(step_id="ask", attempt=attempt + 1, choice="yes"),
        page.AnswerTap(step_id="risk", attempt=attempt, choice="yes"),
        page.RedoStep(step_id="confirm", attempt=1),
    ):
        with pytest.raises(ConflictError):
            await customer.send(other)
    early = {"step_id": "confirm", "attempt": 1}
    assert (await customer.post("/statement", early)).status == 409
    state = await customer.studio.state(customer.session_id)
    assert (state.step_id, state.attempt, state.choice) == ("ask", attempt, None)


async def test_a_completed_step_whose_media_is_missing_is_done_again(rooms: Studio) -> None:
    """An earlier life completed every step; of one of them nothing was stored."""
    customer = await Customer.joined(rooms)
    origin = SystemClock().now() - timedelta(minutes=2)
    checked, begun, kept = opening()[2:5]
    assert isinstance(kept, ev.MediaStored)
    await rooms.append(
        customer.session_id,
        (checked, None),
        (ev.RecordingStarted(origin=origin), 0),
        (begun, 0),
        (kept.model_copy(update={"end_ms": 10_000}), 10_000),
        *(
            (payload, 30_000 if step.id == "paper" else 5_000)
            for step in rooms.script.steps
            for payload in done(step.id)
        ),
    )
    await rooms.start_worker()
    await customer.offer()
    assert await customer.turn("paper") == 2
    payloads = [event.payload for event in await rooms.events(customer.session_id)]
    failed = [p for p in payloads if isinstance(p, ev.StepFailed)]
    assert [(p.step_id, p.reason) for p in failed] == [("paper", "media_missing")]
    (told,) = customer.heard(page.Verdict)
    assert told.verdict.outcome is ev.Outcome.INCOMPLETE
    assert [m.step_id for m in told.verdict.missing] == ["paper"]
    await customer.read()
    assert await customer.turn("confirm") == 2, "what it covered changed, so it falls too"
    await customer.close()


async def test_a_person_who_is_asked_ends_the_recording_and_keeps_it(customer: Customer) -> None:
    await customer.on_air()
    await customer.turn("ask")
    await customer.send(page.AskPerson())
    payloads = await customer.studio.until(
        customer.session_id, lambda found: count(found, ev.StretchEnded) == 1
    )
    assert count(payloads, ev.RouteStaffed) == 1
    assert count(payloads, ev.VerdictGiven) == 0
    ended = next(p for p in payloads if isinstance(p, ev.StretchEnded))
    assert (ended.reason, ended.clusters > 0) == ("finished", True)
    with pytest.raises(ConflictError):
        await customer.offer()
