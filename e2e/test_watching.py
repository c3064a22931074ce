"""The server sees what is in front of the camera, and whether the page is; the phone is told."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from demo.browser import phone
from demo.camera import Scene
from demo.customer import STEP_TIMEOUT_MS, SyntheticCustomer
from demo.staff import StaffClient
from demo.switched_camera import SwitchedCamera
from e2e.checks import accessible, fits, guided, on_step, payloads, verified
from e2e.conftest import Look

TOLD_WITHIN_S = {
    Scene.EMPTY: 8.0,
    Scene.TWO_FACES: 8.0,
    Scene.BLACK: 8.0,
    Scene.FROZEN: 12.0,
}
"""From the change to the guidance on the phone: the policy's waiting time and two key frames."""
GUIDANCE = {
    Scene.EMPTY: "face_missing",
    Scene.TWO_FACES: "several_faces",
    Scene.BLACK: "picture_black",
    Scene.FROZEN: "picture_frozen",
}


async def test_guidance_follows_what_the_camera_shows(
    staff: StaffClient, watched: Browser, camera: SwitchedCamera, look: Look
) -> None:
    invitation = await staff.invite(customer_name="上官婉儿")
    camera.show(Scene.BLACK)
    async with phone(watched) as page:
        customer = SyntheticCustomer(page)
        await customer.join(invitation["url"])
        await _the_device_check_says_that_it_is_dark(page, look)
        camera.show(Scene.FACE)
        await customer.check_device()
        await guided(page, "")
        for scene, guidance in GUIDANCE.items():
            camera.show(scene)
            await guided(page, guidance, within_s=TOLD_WITHIN_S[scene])
            await look(f"phone-guidance-{guidance}", page)
            await fits(page)
            camera.show(Scene.FACE)
            await guided(page, "")
        await accessible(page)
    session = await staff.session(invitation["session_id"])
    raised = [p["alert"] for p in payloads(session, "alert.raised")]
    assert set(GUIDANCE.values()) <= set(raised)


async def _the_device_check_says_that_it_is_dark(page: Page, look: Look) -> None:
    picture = page.get_by_test_id("check-picture")
    await expect(picture).to_contain_text("有点暗", timeout=STEP_TIMEOUT_MS)
    await expect(picture).to_have_attribute("data-good", "false")
    await look("phone-device-check-dark", page)


@pytest.mark.slow
async def test_a_signature_without_a_face_is_asked_for_again(
    staff: StaffClient, watched: Browser, camera: SwitchedCamera, look: Look
) -> None:
    invitation = await staff.invite(customer_name="司马光")
    camera.show(Scene.FACE)
    async with phone(watched) as page:
        customer = SyntheticCustomer(page)
        await customer.join(invitation["url"])
        await customer.check_device()
        while await customer.next_step() != "prospectus":
            pass
        camera.show(Scene.EMPTY)
        await customer.my_turn("signature")
        await guided(page, "face_missing")
        await customer.sign()
        await on_step(page, "signature", attempt=2)
        await look("phone-signature-again", page)
        await accessible(page)
        camera.show(Scene.FACE)
        await guided(page, "")
        while await customer.next_step() is not None:
            pass
        await customer.receipt()
        assert await customer.outcome() == "complete"
    session = await staff.session(invitation["session_id"])
    assert [p["face"] for p in payloads(session, "signature.made")] == ["absent", "present"]
    failed = [(p["step_id"], p["reason"]) for p in payloads(session, "step.failed")]
    assert failed == [("signature", "face_missing")]
    verified(await staff.package(invitation["session_id"]))
