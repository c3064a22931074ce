"""The ways beside the main one: no consent to face, no WebAuthn, used codes, a person."""

from __future__ import annotations

from playwright.async_api import Browser, Page, expect

from demo.browser import phone
from demo.customer import SyntheticCustomer
from demo.staff import StaffClient
from e2e.checks import accessible, fits, payloads, screen_lines, verified
from e2e.conftest import Look

NARROWEST_PX = 320
LONG_NAME = "A" * 40
"""As wide as a name without a space gets: nothing in it says where to break."""


async def test_refusing_the_face_check_leads_to_a_person(
    staff: StaffClient, browser: Browser, look: Look
) -> None:
    invitation = await staff.invite(customer_name=LONG_NAME, product=LONG_NAME)
    async with phone(browser, width_px=NARROWEST_PX) as page:
        await page.goto(invitation["url"])
        await page.get_by_test_id("large-text").tap()
        for testid in ("invitation-next", "consent-recording", "consent-next"):
            await fits(page)
            await accessible(page)
            await page.get_by_test_id(testid).tap()
        await look("phone-320-no-face", page)
        await fits(page)
        await page.get_by_test_id("consent-refuse").tap()
        await expect(page.get_by_test_id("staffed")).to_be_visible()
        await look("phone-320-staffed", page)
        await fits(page)
        await accessible(page)
    session = await staff.session(invitation["session_id"])
    assert session["summary"]["phase"] == "staffed"
    assert [p["reason"] for p in payloads(session, "route.staffed")] == ["face_consent_refused"]


async def test_a_code_works_once(staff: StaffClient, browser: Browser, look: Look) -> None:
    invitation = await staff.invite()
    async with phone(browser) as first:
        await first.goto(invitation["url"])
        await expect(first.get_by_test_id("invitation")).to_be_visible()
    async with phone(browser) as second:
        await second.goto(invitation["url"])
        await expect(second.get_by_test_id("problem")).to_be_visible()
        await look("phone-used-code", second)
        await accessible(second)


async def test_without_an_authenticator_a_device_key_and_a_code_confirm(
    staff: StaffClient, browser: Browser, look: Look, short_sale: str
) -> None:
    invitation = await staff.invite(script_id=short_sale)

    codes: list[str] = []

    async def read_out() -> str:
        session = await staff.session(invitation["session_id"])
        codes.append(str(session["one_time_code"]))
        return codes[-1]

    async def shoot(name: str, page: Page) -> None:
        if name == "invitation":
            await page.get_by_test_id("large-text").tap()
        await look(f"phone-320-{name}", page)
        await fits(page)

    async with phone(browser, width_px=NARROWEST_PX, authenticator=False) as page:
        await page.add_init_script("delete window.PublicKeyCredential")
        customer = SyntheticCustomer(page, look=shoot, one_time_code=read_out)
        await customer.go_through(invitation["url"])
        assert await customer.outcome() == "complete"
    session = await staff.session(invitation["session_id"])
    signed = payloads(session, "confirmation.signed")
    assert [p["assurance"] for p in signed] == ["device_key_and_code"]
    assert [p["one_time_code_channel"] for p in signed] == ["shown_to_staff"]
    package = await staff.package(invitation["session_id"])
    verified(package)
    shown = screen_lines(session, package)
    pieces = [(piece["piece"], piece["to_ms"]) for piece in payloads(session, "screen.stored")]
    signed_ms = [e["media_time_ms"] for e in session["events"] if e["payload"] in signed]
    assert '"******"' in shown, f"that a code was typed is recorded: {pieces}, {signed_ms}"
    assert not any(f'"{code}"' in shown for code in codes), "the code itself is not"


async def test_a_person_is_one_tap_away(staff: StaffClient, browser: Browser) -> None:
    invitation = await staff.invite()
    async with phone(browser) as page:
        customer = SyntheticCustomer(page)
        await customer.join(invitation["url"])
        await customer.check_device()
        await page.get_by_test_id("ask-person").tap()
        await page.get_by_test_id("ask-person-confirm").tap()
        await expect(page.get_by_test_id("staffed")).to_be_visible()
    session = await staff.session(invitation["session_id"])
    assert [p["reason"] for p in payloads(session, "route.staffed")] == ["customer_asked"]
