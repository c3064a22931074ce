"""The page itself goes away: a locked phone, and the same invitation in a second tab."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Browser, Page, expect

from demo.browser import phone, set_hidden
from demo.customer import STEP_TIMEOUT_MS, SyntheticCustomer
from demo.staff import StaffClient
from e2e.checks import accessible, on_step, payloads
from e2e.conftest import Look


async def test_a_locked_phone_hears_again_and_a_second_tab_takes_over(
    staff: StaffClient, browser: Browser, look: Look
) -> None:
    invitation = await staff.invite(customer_name="李清照")
    async with phone(browser) as page:
        customer = SyntheticCustomer(page)
        await customer.join(invitation["url"])
        await customer.check_device()
        await _lock_during_the_prompt(page)
        newer = await _second_tab(page)
        await expect(page.locator('[data-testid="ended"][data-reason="replaced"]')).to_be_visible(
            timeout=STEP_TIMEOUT_MS
        )
        await look("phone-replaced", page)
        await accessible(page)
        await SyntheticCustomer(newer).next_step()
    session = await staff.session(invitation["session_id"])
    _the_locked_phone_is_told(session)
    completed = [p["step_id"] for p in payloads(session, "step.completed")]
    assert completed == ["opening", "risk"]
    assert len(payloads(session, "media.gap")) == 1
    failed = [(p["step_id"], p["reason"]) for p in payloads(session, "step.failed")]
    assert failed == [("risk", "interrupted")]


async def _lock_during_the_prompt(page: Page) -> None:
    await on_step(page, "opening")
    await _prompt_plays(page, "true")
    await set_hidden(page, hidden=True)
    await _prompt_plays(page, "false")
    await set_hidden(page, hidden=False)
    await _prompt_plays(page, "true")
    await on_step(page, "risk")


async def _prompt_plays(page: Page, playing: str) -> None:
    prompt = page.locator(f'[data-testid="prompt"][data-playing="{playing}"]')
    await expect(prompt).to_be_visible(timeout=STEP_TIMEOUT_MS)


async def _second_tab(page: Page) -> Page:
    """As a browser duplicates a tab: with a copy of the first one's session storage."""
    kept = await page.evaluate("({ ...sessionStorage })")
    newer = await page.context.new_page()
    await newer.add_init_script(
        f"for (const [key, value] of Object.entries({kept!r})) sessionStorage.setItem(key, value)"
    )
    await newer.goto(page.url)
    await newer.get_by_test_id("allow-camera").tap(timeout=STEP_TIMEOUT_MS)
    await on_step(newer, "risk", attempt=2)
    return newer


def _the_locked_phone_is_told(session: dict[str, Any]) -> None:
    opening = [
        event["payload"]
        for event in session["events"]
        if event["payload"]["type"].startswith("prompt.")
        and event["payload"]["step_id"] == "opening"
    ]
    assert [p["type"] for p in opening] == [
        "prompt.started",
        "prompt.interrupted",
        "prompt.started",
        "prompt.played",
    ]
    assert opening[1]["reason"] == "page_hidden"
    assert opening[3]["proof"]["page_hidden_ms"] == 0
