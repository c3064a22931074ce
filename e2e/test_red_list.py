"""An alert stands in the red list while its session runs; staff go to the moment and answer it."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import Browser, Locator, Page, expect

from demo.browser import phone
from demo.camera import Scene
from demo.customer import STEP_TIMEOUT_MS, SyntheticCustomer
from demo.staff import StaffClient
from demo.switched_camera import SwitchedCamera
from e2e.checks import accessible, fits, guided, payloads
from e2e.conftest import Look

CUSTOMER = "裴行俭"
ALERT = "several_faces"
NOTE = "已电话核实:家人路过,客户独自办理。"
SHOWN_WITHIN_MS = 20_000
SEEKS_WITHIN_S = 0.5


async def test_an_alert_is_seen_live_looked_at_where_it_was_and_answered(
    *,
    staff: StaffClient,
    watched: Browser,
    camera: SwitchedCamera,
    office: Page,
    look: Look,
    short_sale: str,
) -> None:
    invitation = await staff.invite(customer_name=CUSTOMER, script_id=short_sale)
    session_id = invitation["session_id"]
    await office.get_by_test_id("nav-alerts").click()
    row = _row(office)
    await expect(row).to_have_count(0)
    camera.show(Scene.FACE)
    async with phone(watched) as page:
        customer = SyntheticCustomer(page)
        await customer.join(invitation["url"])
        await customer.check_device()
        camera.show(Scene.TWO_FACES)
        await expect(row).to_be_visible(timeout=SHOWN_WITHIN_MS)
        assert (await staff.session(session_id))["summary"]["phase"] == "recording"
        await look("office-alert-live", office)
        camera.show(Scene.FACE)
        await guided(page, "")
        while await customer.next_step() is not None:
            pass
        await customer.receipt()
    await expect(row).to_contain_text("已恢复")
    await look("office-alerts", office)
    await fits(office)
    await accessible(office)
    await _the_link_leads_to_the_moment(office, staff, session_id)
    await office.go_back()
    await _staff_answer(office, row, look)
    case = await _case(staff, session_id)
    assert (case["acknowledged_by"], case["note"]) == ("admin", NOTE)


def _row(office: Page) -> Locator:
    link = office.get_by_test_id(f"alert-open-{ALERT}")
    return office.get_by_test_id("alerts-list").locator("li", has_text=CUSTOMER).filter(has=link)


async def _case(staff: StaffClient, session_id: str) -> dict[str, Any]:
    found = await staff.get(f"/api/v1/alerts?session_id={session_id}")
    (case,) = [case for case in found["items"] if case["alert"] == ALERT]
    assert isinstance(case, dict)
    return case


async def _the_link_leads_to_the_moment(office: Page, staff: StaffClient, session_id: str) -> None:
    first_ms = (await _case(staff, session_id))["first_ms"]
    stretch = payloads(await staff.session(session_id), "stretch.begun")[0]
    await _row(office).get_by_test_id(f"alert-open-{ALERT}").click()
    await expect(office).to_have_url(re.compile(rf"/sessions/{session_id}\?t={first_ms}$"))
    await office.wait_for_function(
        """([seconds, within]) => {
            const video = document.querySelector("[data-testid=player-video]");
            return video !== null && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA
                && !video.seeking && Math.abs(video.currentTime - seconds) <= within;
        }""",
        arg=[(first_ms - stretch["start_ms"]) / 1000, SEEKS_WITHIN_S],
        timeout=STEP_TIMEOUT_MS,
    )


async def _staff_answer(office: Page, row: Locator, look: Look) -> None:
    await row.get_by_test_id("alert-answer").click()
    await expect(row.get_by_test_id("alert-note")).to_be_focused()
    await expect(row.get_by_test_id("alert-save")).to_be_disabled()
    await office.keyboard.type(NOTE)
    await look("office-alert-answer", office)
    await accessible(office)
    await office.keyboard.press("Enter")
    await expect(row).to_have_count(0)
    await office.get_by_test_id("alerts-acknowledged").click()
    await expect(row).to_contain_text(NOTE)
    await expect(row.get_by_test_id("alert-answer")).to_have_count(0)
    await accessible(office)
