"""Elder mode on two sizes of phone, by birth date, by keyboard alone, and in three languages."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from demo.body import OwnBody, camera_path
from demo.browser import launch, phone
from demo.customer import STEP_TIMEOUT_MS, SyntheticCustomer
from demo.demo_customer import make_body
from demo.id_card import Citizen
from demo.media_assets import fake_microphone
from demo.server_process import ServerProcess
from demo.staff import RENEWAL, WHOLE_SALE, StaffClient
from e2e.checks import (
    accessible,
    fits,
    focus_is_on_the_title,
    large_enough,
    on_step,
    payloads,
    verified,
)
from e2e.conftest import ASSETS, Look

SIZES = ((390, 844), (320, 568))
SLOW_SPEECH_TIMEOUT_MS = 240_000
LOOK_EVERY_MS = 500
MOST_TABS = 40


async def slow_speech(server: ServerProcess, page: Page) -> None:
    """Waits until the slow voice was rendered, which the server does beside its work."""
    for _ in range(SLOW_SPEECH_TIMEOUT_MS // LOOK_EVERY_MS):
        lines = server.log.read_text(encoding="utf-8").splitlines()
        ready = (json.loads(line) for line in lines if "slow speech ready" in line)
        if RENEWAL in {entry["script_id"] for entry in ready}:
            return
        await page.wait_for_timeout(LOOK_EVERY_MS)
    raise AssertionError("the slow voice was not rendered")


@pytest.mark.slow  # the slow voice is rendered first, and everything is said slowly
@pytest.mark.parametrize(("width_px", "height_px"), SIZES)
async def test_an_elder_goes_through_the_whole_job(
    *,
    server: ServerProcess,
    staff: StaffClient,
    browser: Browser,
    look: Look,
    width_px: int,
    height_px: int,
) -> None:
    invitation = await staff.invite(customer_name="司马相如")

    async def inspect(name: str, page: Page) -> None:
        await look(f"elder-{width_px}-{name}", page)
        await fits(page)
        await accessible(page)
        if name != "invitation":  # elder mode is turned on there
            await large_enough(page)

    async with phone(browser, width_px=width_px, height_px=height_px) as page:
        await slow_speech(server, page)
        customer = SyntheticCustomer(page, look=inspect, is_elder=True)
        await customer.go_through(invitation["url"])
        assert await customer.outcome() == "complete"
    session = await staff.session(invitation["session_id"])
    assert [(p["mode"], p["by"]) for p in payloads(session, "display.changed")] == [
        ("elder", "customer")
    ]
    started = payloads(session, "prompt.started")
    assert {p["speed"] for p in started} == {"slow"}
    assert all(p["synthetic"] for p in started)
    verified(await staff.package(invitation["session_id"]))


async def test_a_step_is_read_again_and_the_mode_outlives_a_reload(
    staff: StaffClient, browser: Browser, look: Look, short_sale: str
) -> None:
    invitation = await staff.invite(script_id=short_sale)
    async with phone(browser) as page:
        customer = SyntheticCustomer(page, is_elder=True)
        await customer.join(invitation["url"])
        await customer.check_device()
        while await customer.next_step() != "not-a-deposit":
            pass
        await customer.my_turn("prospectus")
        await page.get_by_test_id("hear-step").tap()
        await expect(page.get_by_test_id("hear-step")).to_be_disabled(timeout=STEP_TIMEOUT_MS)
        await expect(page.get_by_test_id("ai-voice")).to_be_visible()
        await look("elder-390-read-again", page)
        await accessible(page)
        await expect(page.get_by_test_id("hear-step")).to_be_enabled(timeout=STEP_TIMEOUT_MS)
        await page.reload()
        await expect(page.locator("html[data-elder=on]")).to_be_attached()
        await page.get_by_test_id("allow-camera").tap(timeout=STEP_TIMEOUT_MS)
        await on_step(page, "prospectus", attempt=2)
    session = await staff.session(invitation["session_id"])
    assert [p["step_id"] for p in payloads(session, "prompt.repeated")] == ["prospectus"]
    assert len(payloads(session, "display.changed")) == 1


# --- by the birth date on the card ---------------------------------------------------------

ELDER = Citizen(born=(1950, 1, 15))


@pytest.fixture
async def elder(tmp_path: Path) -> AsyncIterator[tuple[Browser, OwnBody]]:
    """A living customer whose card says that he is an elder."""
    body = make_body(camera_path(tmp_path), ASSETS, citizen=ELDER)
    with body.camera:
        async with async_playwright() as playwright:
            chromium = await launch(
                playwright, camera=body.camera.path, microphone=fake_microphone(ASSETS)
            )
            yield chromium, body
            await chromium.close()


async def test_the_card_of_an_elder_turns_it_on(
    staff: StaffClient, elder: tuple[Browser, OwnBody], look: Look
) -> None:
    chromium, body = elder
    invitation = await staff.invite(customer_name=ELDER.name, script_id=WHOLE_SALE)
    async with phone(chromium, body=body) as page:
        customer = SyntheticCustomer(page, body=body, citizen=ELDER)
        await customer.join(invitation["url"])
        await customer.check_device()
        await expect(page.locator("html[data-elder=off]")).to_be_attached()
        while await customer.next_step() != "identity":
            pass
        await expect(page.locator("html[data-elder=on]")).to_be_attached(timeout=STEP_TIMEOUT_MS)
        await expect(page.get_by_test_id("elder-came")).to_be_visible(timeout=STEP_TIMEOUT_MS)
        await look("elder-390-came-by-itself", page)
        await fits(page)
        await large_enough(page)
        await page.get_by_test_id("elder-mode").tap()
        await expect(page.locator("html[data-elder=off]")).to_be_attached()
        await expect(page.get_by_test_id("elder-came")).to_have_count(0)
    session = await staff.session(invitation["session_id"])
    changes = payloads(session, "display.changed")
    assert [(p["mode"], p["by"]) for p in changes] == [
        ("elder", "birth_date"),
        ("standard", "customer"),
    ]


# --- by keyboard, and in three languages -----------------------------------------------------


async def test_the_way_to_the_script_by_keyboard_alone(
    staff: StaffClient, browser: Browser
) -> None:
    invitation = await staff.invite()
    async with phone(browser) as page:
        await page.goto(invitation["url"])
        await expect(page.get_by_test_id("invitation")).to_be_visible()
        await focus_is_on_the_title(page)
        await _reach(page, "elder-mode")
        await page.keyboard.press("Space")
        await expect(page.locator("html[data-elder=on]")).to_be_attached()
        await _a_person_is_asked_for_by_keyboard(page)
        for testid in ("page-next", "invitation-next"):
            await _press(page, testid)
            await focus_is_on_the_title(page)
        for switch, onward in (("recording", "page-next"), ("face", "consent-next")):
            await _reach(page, f"consent-{switch}")
            await page.keyboard.press("Space")
            await expect(page.get_by_test_id(f"consent-{switch}")).to_be_checked()
            await _press(page, onward)
            await focus_is_on_the_title(page)
        for testid in ("page-next", "allow-camera"):
            await _press(page, testid)
        await expect(page.get_by_test_id("device-check")).to_be_visible(timeout=STEP_TIMEOUT_MS)
        await focus_is_on_the_title(page)
        for testid in ("play-test-sound", "sound-heard"):
            await expect(page.get_by_test_id(testid)).to_be_enabled(timeout=STEP_TIMEOUT_MS)
            await _press(page, testid)
        await on_step(page, "opening")
        await focus_is_on_the_title(page)
        said = page.get_by_test_id("caption-said")
        await expect(said).to_have_attribute("aria-live", "polite")
        await expect(said).to_contain_text("本次录音录像", timeout=STEP_TIMEOUT_MS)
        await on_step(page, "risk")
        await focus_is_on_the_title(page)


async def _a_person_is_asked_for_by_keyboard(page: Page) -> None:
    await _press(page, "ask-person")
    sheet = page.get_by_role("dialog")
    await expect(sheet.locator("h2")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(page.get_by_test_id("ask-person-close")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("ask-person")).to_be_focused()


async def _reach(page: Page, testid: str) -> None:
    """Tab to it from wherever the focus is: nothing in between may hold the focus fast."""
    for _ in range(MOST_TABS):
        if await page.evaluate("document.activeElement?.dataset?.testid") == testid:
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{testid} cannot be reached by Tab")


async def _press(page: Page, testid: str) -> None:
    await _reach(page, testid)
    await page.keyboard.press("Enter")


@pytest.mark.parametrize(
    ("locale", "language", "title"),
    [("zh", "zh-CN", "请您决定两件事"), ("zh-HK", "zh-HK", "請您決定兩件事"), ("en", "en", "Two")],
)
async def test_the_page_speaks_three_languages(
    *, staff: StaffClient, browser: Browser, look: Look, locale: str, language: str, title: str
) -> None:
    invitation = await staff.invite()
    async with phone(browser, width_px=320, height_px=568) as page:
        await page.goto(invitation["url"])
        await page.get_by_test_id("switch-language").select_option(locale)
        await expect(page.locator(f"html[lang={language}]")).to_be_attached()
        await fits(page)
        await page.get_by_test_id("invitation-next").tap()
        await expect(page.locator("h1")).to_contain_text(title)
        await look(f"language-{language}", page)
        await fits(page)
        await accessible(page)
        for testid in ("consent-recording", "consent-face", "consent-next", "allow-camera"):
            await page.get_by_test_id(testid).tap()
        customer = SyntheticCustomer(page)
        await customer.check_device()
        await on_step(page, "opening")
        await look(f"language-{language}-step", page)
        await fits(page)
        await page.reload()
        await expect(page.locator(f"html[lang={language}]")).to_be_attached()
    session: dict[str, Any] = await staff.session(invitation["session_id"])
    told = [p["language"] for p in payloads(session, "display.changed")]
    assert told == [language]
