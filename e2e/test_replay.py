"""Yesterday's session, played again today through a virtual camera, convinces nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from aiohttp import ClientResponseError
from playwright.async_api import Browser, Page, expect

from demo.body import OwnBody
from demo.browser import phone
from demo.customer import STEP_TIMEOUT_MS, SyntheticCustomer
from demo.id_card import Citizen
from demo.replay import Tape, TapePlayer
from demo.staff import WHOLE_SALE, StaffClient
from e2e.checks import accessible, fits, on_step, payloads
from e2e.conftest import Look

YESTERDAY = 25
CONFLICT = 409


@pytest.mark.slow
@pytest.mark.timeout(600)  # three attempts at the liveness step
async def test_a_replayed_session_ends_with_a_person_and_never_complete(
    staff: StaffClient, living: tuple[Browser, OwnBody], look: Look
) -> None:
    browser, honest = living
    invitation = await staff.invite(customer_name=Citizen().name, script_id=WHOLE_SALE)
    session_id = invitation["session_id"]
    async with phone(browser, body=honest) as page:
        customer = SyntheticCustomer(page, body=honest)
        await customer.join(invitation["url"])
        await customer.check_device()
        while await customer.next_step() != "identity":
            pass
        tape = await asyncio.to_thread(Tape, honest, seed=YESTERDAY)
        with _held_by(TapePlayer(honest, tape)) as intruder:
            customer.hand_over(intruder)
            await _refused_until_a_person_is_called(page, customer, look)
        await page.reload()
        await expect(page.get_by_test_id("staffed")).to_be_visible(timeout=STEP_TIMEOUT_MS)
    await _the_record_says_why(staff, session_id)
    await _it_cannot_become_complete(staff, session_id)


@contextmanager
def _held_by(intruder: TapePlayer) -> Iterator[TapePlayer]:
    """The honest body is shared between tests, and gets its phone back."""
    try:
        yield intruder
    finally:
        intruder.give_back()


async def _refused_until_a_person_is_called(
    page: Page, customer: SyntheticCustomer, look: Look
) -> None:
    """Each attempt is refused in words; after the last one the page says who comes."""
    step, staffed = page.get_by_test_id("step"), page.get_by_test_id("staffed")
    await customer.next_step()
    await on_step(page, "liveness", attempt=2)
    await expect(page.get_by_test_id("retry-words")).not_to_be_empty()
    await look("phone-liveness-refused", page)
    await accessible(page)
    while not await staffed.is_visible():
        await customer.next_step()
        await expect(step.or_(staffed).first).to_be_visible(timeout=STEP_TIMEOUT_MS)
    await expect(staffed).to_contain_text("工作人员会来协助您")
    await look("phone-liveness-locked", page)
    await fits(page)
    await accessible(page)


async def _the_record_says_why(staff: StaffClient, session_id: str) -> None:
    session = await staff.session(session_id)
    judged = payloads(session, "liveness.judged")
    assert any(p["outcome"] == "failed" for p in judged)
    done = [p["step_id"] for p in payloads(session, "step.completed")]
    assert "identity" in done, "the card and the face are the customer's own"
    assert "liveness" not in done
    assert [p["reason"] for p in payloads(session, "route.staffed")] == ["attempts_used_up"]
    found = await staff.get(f"/api/v1/alerts?session_id={session_id}&severity=severe")
    (case,) = [case for case in found["items"] if case["alert"] == "liveness_locked"]
    assert case["acknowledged_at"] is None, "it waits for a person"


async def _it_cannot_become_complete(staff: StaffClient, session_id: str) -> None:
    """A session that was handed to a person takes no verdict and gives no package."""
    summary = (await staff.session(session_id))["summary"]
    assert (summary["phase"], summary["outcome"], summary["record_number"]) == (
        "staffed",
        None,
        None,
    )
    with pytest.raises(ClientResponseError) as refused:
        await staff.package(session_id)
    assert refused.value.status == CONFLICT
