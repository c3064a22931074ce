"""Reload, kill -9: the customer comes back to the same step, and the gap is told."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from demo.browser import phone
from demo.customer import STEP_TIMEOUT_MS, SyntheticCustomer
from demo.server_process import ServerProcess, restarted
from demo.staff import StaffClient
from e2e.checks import on_step, payloads, stored_ms, verified

MOST_LOST_MS = 2000
"""At most this much media is missing when the server is killed."""


async def test_a_killed_server_and_a_reloaded_page_lose_almost_nothing(
    server: ServerProcess, staff: StaffClient, browser: Browser, short_sale: str
) -> None:
    invitation = await staff.invite(customer_name="王芳", script_id=short_sale)
    async with phone(browser) as page:
        customer = SyntheticCustomer(page)
        await customer.join(invitation["url"])
        await customer.check_device()
        assert await customer.next_step() == "opening"

        await on_step(page, "risk")
        stored_before_ms = await stored_ms(page)
        server.kill()
        await restarted(server)
        await on_step(page, "risk", attempt=2)

        await page.reload()
        again = page.get_by_test_id("allow-camera")
        step = page.get_by_test_id("step")
        await expect(again.or_(step).first).to_be_visible(timeout=STEP_TIMEOUT_MS)
        if await again.is_visible():
            await again.tap()
        await on_step(page, "risk", attempt=3)

        while await customer.next_step() is not None:
            pass
        await customer.receipt()
        assert await customer.outcome() == "complete"

    session = await staff.session(invitation["session_id"])
    ended = payloads(session, "stretch.ended")
    assert ended[0]["reason"] == "recovered"
    assert len(ended) == 3
    assert ended[0]["end_ms"] >= stored_before_ms
    gaps = payloads(session, "media.gap")
    assert gaps[0]["reason"] == "server_restarted"
    assert len(gaps) == 2
    interrupted = [p["reason"] for p in payloads(session, "step.failed")]
    assert interrupted == ["interrupted", "interrupted"]
    verified(await staff.package(invitation["session_id"]))
