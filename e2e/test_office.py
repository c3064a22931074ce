"""The office page: log in, invite, find, watch, play, export; by keyboard and under axe."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser, Page, expect

from demo.browser import add_authenticator
from demo.server_process import ServerProcess
from e2e.checks import accessible, fits, verified
from e2e.conftest import Look, RecordedSale

SECONDS_PLAYED = 1.0
REPLAYED = "document.querySelector('iframe').contentDocument"
"""The recorded page, seen from the frame that replays it."""


async def test_a_wrong_password_is_told(
    server: ServerProcess, browser: Browser, look: Look
) -> None:
    page = await browser.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    await page.goto(f"{server.origin}/office/")
    await page.get_by_test_id("login-username").fill("admin")
    await page.get_by_test_id("login-password").fill("not the password")
    await page.get_by_test_id("login-submit").click()
    await expect(page.get_by_test_id("login-problem")).to_be_visible()
    await look("office-login-refused", page)
    await accessible(page)
    await page.context.close()


async def test_staff_log_in_with_a_passkey(office: Page, look: Look) -> None:
    await add_authenticator(office.context, office)
    await office.get_by_test_id("account-menu").click()
    await look("office-account-menu", office)
    await office.get_by_test_id("account-add-passkey").click()
    notice = office.get_by_test_id("account-notice")
    await expect(notice).not_to_be_empty()
    await expect(notice).not_to_contain_class("bad")
    await office.get_by_test_id("account-menu").click()
    await office.get_by_test_id("account-logout").click()
    await expect(office.get_by_test_id("login-passkey")).to_be_visible()
    await office.get_by_test_id("login-passkey").click()
    await expect(office.get_by_test_id("session-new")).to_be_visible()


async def test_staff_invite_a_customer(office: Page, look: Look) -> None:
    await office.get_by_test_id("session-new").click()
    await office.get_by_test_id("new-create").click()
    errors = office.locator(".el-form-item__error")
    await expect(errors).to_have_count(3)
    await office.get_by_test_id("new-product").fill("稳")
    await expect(errors).to_have_count(2)
    await office.get_by_test_id("new-product").fill("稳健一号")
    await office.get_by_test_id("new-product-code").fill("WJ001")
    await office.get_by_test_id("new-customer-name").fill("诸葛孔明")
    await look("office-new", office)
    await accessible(office)
    await office.get_by_test_id("new-create").click()
    await expect(office.get_by_test_id("invitation-qr")).to_be_visible()
    await look("office-invitation", office)
    await accessible(office)


async def test_staff_play_a_record_and_export_what_verifies(
    office: Page, recorded_sale: RecordedSale, look: Look, tmp_path: Path
) -> None:
    await office.get_by_test_id("sessions-search").fill(recorded_sale.number)
    await office.keyboard.press("Enter")
    row = office.get_by_test_id("session-row").filter(has_text=recorded_sale.number)
    await expect(row).to_be_visible()
    await expect(office.get_by_test_id("session-row")).to_have_count(1)
    await look("office-sessions", office)
    await fits(office)
    await office.set_viewport_size({"width": 1920, "height": 1080})
    await look("office-sessions-1920", office)
    await office.set_viewport_size({"width": 1366, "height": 768})
    await accessible(office)
    await row.get_by_test_id("session-open").click()

    video = office.get_by_test_id("player-video").first
    await expect(video).to_be_visible()
    await office.get_by_test_id("player-toggle").click()
    await office.wait_for_function(
        """([selector, seconds]) => [...document.querySelectorAll(selector)]
            .some(video => video.currentTime > seconds && video.videoWidth > 0)""",
        arg=["[data-testid=player-video]", SECONDS_PLAYED],
    )
    await _the_screen_is_replayed(office)
    await look("office-record", office)
    await fits(office)
    await accessible(office)
    await office.set_viewport_size({"width": 1920, "height": 1080})
    await look("office-record-1920", office)
    await fits(office)

    async with office.expect_download() as downloading:
        await office.get_by_test_id("export-package").click()
    package = tmp_path / "package.zip"
    await (await downloading.value).save_as(package)
    verified(package.read_bytes())


async def _the_screen_is_replayed(office: Page) -> None:
    """Beside the video, as the phone showed it, and without a script of the recorded page."""
    await expect(office.get_by_test_id("screen")).to_have_attribute("data-shown", "true")
    frame = next(frame for frame in office.frames if frame.url.endswith("/replay/"))
    await frame.wait_for_function(f"() => {REPLAYED}.querySelector('[data-testid=session]')")
    assert await frame.evaluate(f"() => {REPLAYED}.scripts.length") == 0
    assert await frame.evaluate("() => document.querySelector('iframe').sandbox.value") == (
        "allow-same-origin"
    )
    width_px = await frame.evaluate(
        f"() => {REPLAYED}.querySelector('[data-testid=session]').getBoundingClientRect().width"
    )
    assert 300 < width_px < 500, "the recorded styles hold: it is as wide as a phone"
    margin = await frame.evaluate(f"() => getComputedStyle({REPLAYED}.body).margin")
    assert margin == "0px", "an inline style element of the recording was applied"
