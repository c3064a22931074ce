"""A sale begun inside WeChat goes on in the phone's own browser, in the same session."""

from __future__ import annotations

from playwright.async_api import Browser, Page, expect

from demo.browser import phone
from demo.customer import SyntheticCustomer
from demo.staff import StaffClient
from e2e.checks import accessible, fits, payloads, screen_lines, verified
from e2e.conftest import Look

WECHAT = (
    "Mozilla/5.0 (Linux; Android 14; M2102J2SC; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/116.0 Mobile Safari/537.36 XWEB/1160083 MicroMessenger/8.0.49.2600"
)
STEP_TIMEOUT_MS = 60_000
ENDED = '[data-testid="ended"][data-reason="handed_over"]'
HANDED_OVER = '[data-testid="problem"][data-problem="handed_over"]'


async def pretend_wechat(page: Page) -> None:
    """The user agent of WeChat's web view, in the headers and in the page, and no WebAuthn."""
    session = await page.context.new_cdp_session(page)
    await session.send("Network.setUserAgentOverride", {"userAgent": WECHAT})
    await page.add_init_script("delete window.PublicKeyCredential")


async def test_before_the_camera_the_menu_of_the_app_hands_over(
    staff: StaffClient, browser: Browser, look: Look
) -> None:
    invitation = await staff.invite()
    async with phone(browser) as wechat, phone(browser) as own, phone(browser) as late:
        await pretend_wechat(wechat)
        await wechat.goto(invitation["url"])
        await expect(wechat.get_by_test_id("handover-digits")).to_be_visible()
        await look("phone-in-wechat", wechat)
        await fits(wechat)
        await accessible(wechat)
        # "Open in browser" opens what stands in the address bar.
        link = wechat.url
        assert "#h." in link
        await own.goto(link)
        await expect(own.get_by_test_id("invitation")).to_be_visible()
        assert "#" not in own.url
        await expect(wechat.locator(HANDED_OVER)).to_be_visible()
        assert "#" not in wechat.url
        await look("phone-handed-over", wechat)
        await wechat.reload()
        await expect(wechat.get_by_test_id("problem")).to_be_visible()
        await late.goto(link)
        await expect(
            late.locator('[data-testid="problem"][data-problem="handover_refused"]')
        ).to_be_visible()
        await look("phone-handover-refused", late)
    session = await staff.session(invitation["session_id"])
    (handed,) = payloads(session, "session.handed_over")
    assert (handed["from_browser"], handed["to_browser"]) == ("wechat", "browser")
    assert handed["way"] == "link"


async def test_at_the_confirmation_the_digits_hand_over_and_the_record_is_complete(
    staff: StaffClient, browser: Browser, look: Look, short_sale: str
) -> None:
    invitation = await staff.invite(script_id=short_sale)
    async with phone(browser) as wechat, phone(browser) as own:
        await pretend_wechat(wechat)
        await _until_confirmation(wechat, invitation["url"])
        await wechat.get_by_test_id("confirm-elsewhere").tap()
        shown = wechat.get_by_test_id("handover-digits")
        await expect(shown).to_be_visible()
        await look("phone-confirm-elsewhere", wechat)
        await fits(wechat)
        digits = (await shown.inner_text()).strip()
        address = await wechat.get_by_test_id("handover-address").inner_text()
        await own.goto(f"{wechat.url.split('://')[0]}://{address}")
        await _type(own, look, digits)
        await expect(wechat.locator(f"{HANDED_OVER}, {ENDED}").first).to_be_visible()
        outcome = await _confirm(own, look)
    assert outcome == "complete"
    session = await staff.session(invitation["session_id"])
    (handed,) = payloads(session, "session.handed_over")
    assert (handed["from_browser"], handed["to_browser"]) == ("wechat", "browser")
    assert handed["way"] == "digits"
    signed = payloads(session, "confirmation.signed")
    assert [p["assurance"] for p in signed] == ["webauthn_user_verified"]
    package = await staff.package(invitation["session_id"])
    verified(package)
    lines = screen_lines(session, package)
    assert digits not in lines, "the digits are not recorded"
    assert "#h." not in lines, "nor is the code in the address"


async def _until_confirmation(page: Page, url: str) -> None:
    """All that the script asks for before the last step, inside the app."""
    await page.goto(url)
    await page.get_by_test_id("in-app-stay").tap()
    customer = SyntheticCustomer(page)
    for testid in ("invitation-next", "consent-recording", "consent-face", "consent-next"):
        await page.get_by_test_id(testid).tap()
    await page.get_by_test_id("allow-camera").tap()
    await customer.check_device()
    confirmation = page.locator('[data-testid="step"][data-kind="confirmation"]')
    while not await confirmation.is_visible():
        await customer.next_step()
        await expect(page.get_by_test_id("step")).to_be_visible(timeout=STEP_TIMEOUT_MS)
    await expect(page.get_by_test_id("confirm-elsewhere")).to_be_visible(timeout=STEP_TIMEOUT_MS)


async def _type(page: Page, look: Look, digits: str) -> None:
    """A wrong code first: it is refused in plain words, and the right one works after it."""
    await expect(page.get_by_test_id("enter-digits")).to_be_visible()
    await page.get_by_test_id("handover-input").fill("0000 0000")
    await page.get_by_test_id("handover-go").tap()
    await expect(page.get_by_test_id("handover-refused")).to_be_visible()
    await look("phone-enter-digits", page)
    await fits(page)
    await accessible(page)
    await page.get_by_test_id("handover-input").fill(digits)
    await page.get_by_test_id("handover-go").tap()


async def _confirm(page: Page, look: Look) -> str:
    """The same step, in the phone's own browser and with its own dialogue."""
    await expect(page.get_by_test_id("get-ready")).to_be_visible()
    await look("phone-goes-on", page)
    await page.get_by_test_id("allow-camera").tap()
    customer = SyntheticCustomer(page)
    assert await customer.next_step() == "confirmation"
    await customer.receipt()
    return await customer.outcome()
