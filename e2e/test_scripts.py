"""A script is written, mended, read by a second pair of eyes, published: no release."""

from __future__ import annotations

from playwright.async_api import Page, ViewportSize, expect

from e2e.checks import accessible, fits
from e2e.conftest import DESK, Look

SCRIPT_ID = "zz-first-script"
"""Last in every list: other tests take the first one."""
RENDERED_WITHIN_MS = 240_000
PHONE = ViewportSize(width=390, height=844)


async def _type_over(page: Page, old: str, new: str) -> None:
    """Replace a word in the editor as a person would: find the line, select, type."""
    line = page.get_by_test_id("code").locator(".cm-line").filter(has_text=old).first
    await line.scroll_into_view_if_needed()
    await line.click()
    await page.keyboard.press("Home")
    await page.keyboard.press("Shift+End")
    text = await line.inner_text()
    # Home stops after the indentation, which stays.
    await page.keyboard.insert_text(text.strip().replace(old, new))


async def test_a_script_comes_into_force_by_two_people(
    writer: Page, second_reader: Page, look: Look
) -> None:
    errors: list[str] = []
    for page in (writer, second_reader):
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    await _begin(writer, look)
    await _write_badly_and_mend(writer, look)
    await _look_and_try(writer, look)
    await _submit_and_be_refused(writer, look)
    # The refused approval is the one error that the browser's console may tell of.
    assert [error for error in errors if "403" not in error] == []
    await second_reader.goto(writer.url)
    await _approve_and_publish(second_reader, look)
    await _see_it_in_force(second_reader, look)
    await _listen_compare_and_withdraw(second_reader, look)
    assert [error for error in errors if "403" not in error] == []


async def _begin(page: Page, look: Look) -> None:
    await look("scripts-list", page)
    await fits(page)
    await accessible(page)
    await page.set_viewport_size(PHONE)
    await look("scripts-list-390", page)
    await fits(page)
    await page.set_viewport_size(DESK)
    await page.get_by_test_id("scripts-new").click()
    await page.get_by_test_id("new-script-confirm").click()
    await expect(page.locator(".el-form-item__error")).to_be_visible()
    await page.get_by_test_id("new-script-id").fill(SCRIPT_ID)
    await page.get_by_test_id("new-script-confirm").click()
    await expect(page.get_by_test_id("draft-submit")).to_be_enabled()


async def _write_badly_and_mend(page: Page, look: Look) -> None:
    """The finding names its line, a click goes there, and nothing wrong can be submitted."""
    await _type_over(page, "kind: disclosure", "kind: lecture")
    finding = page.get_by_test_id("finding").filter(has_text="lecture")
    await expect(finding).to_be_visible()
    assert int(await finding.get_attribute("data-line") or 0) in {10, 11}  # the step, or its kind
    await expect(page.get_by_test_id("draft-submit")).to_be_disabled()
    await look("scripts-finding", page)
    await accessible(page)
    await finding.click()
    await expect(page.locator(".cm-activeLine")).to_contain_text("opening")
    await page.get_by_test_id("draft-save").click()
    await expect(page.get_by_test_id("draft-dirty")).to_have_count(0)
    await _type_over(page, "kind: lecture", "kind: disclosure")
    await expect(page.get_by_test_id("finding").filter(has_text="lecture")).to_have_count(0)


async def _look_and_try(page: Page, look: Look) -> None:
    await page.get_by_test_id("tab-phone").click()
    await expect(page.get_by_test_id("phone")).to_contain_text("请听一段说明")
    await page.get_by_test_id("preview-en").click()
    await expect(page.get_by_test_id("phone")).to_contain_text("Please listen")
    await look("scripts-phone", page)
    await accessible(page)
    await page.get_by_test_id("tab-simulation").click()
    await expect(page.get_by_test_id("simulate-step")).to_have_count(2)
    await look("scripts-simulation", page)
    await accessible(page)
    await page.set_viewport_size(PHONE)
    await fits(page)
    await look("scripts-simulation-390", page)
    await page.get_by_test_id("tab-phone").click()
    await page.get_by_test_id("phone").scroll_into_view_if_needed()
    await look("scripts-phone-390", page)
    await page.set_viewport_size(ViewportSize(width=320, height=640))
    await fits(page)
    await page.set_viewport_size(DESK)


async def _submit_and_be_refused(page: Page, look: Look) -> None:
    """The page tells the writer to ask somebody else, and the server refuses the writer."""
    await page.get_by_test_id("draft-save").click()
    await page.get_by_test_id("draft-submit").click()
    await expect(page.get_by_test_id("draft-waits")).to_be_visible()
    await expect(page.get_by_test_id("draft-approve")).to_have_count(0)
    await look("scripts-waits", page)
    draft = page.url.rsplit("/", 1)[1]
    origin = page.url.split("/office", 1)[0]
    status, code = await page.evaluate(
        """async ([path, revision]) => {
            const answer = await fetch(path, {
                method: "POST",
                headers: { "Content-Type": "application/json" },
                body: JSON.stringify({ revision, comment: "" }),
            });
            return [answer.status, (await answer.json()).code];
        }""",
        [f"/api/v1/script-drafts/{draft}/approve", await _revision(page, origin, draft)],
    )
    assert (status, code) == (403, "four_eyes")


async def _approve_and_publish(page: Page, look: Look) -> None:
    await page.get_by_test_id("draft-approve").click()
    await page.get_by_test_id("words").fill("已通读,同意")
    await look("scripts-approve", page)
    await page.get_by_test_id("words-confirm").click()
    await page.get_by_test_id("draft-publish").click()
    publish = page.get_by_test_id("publish-confirm")
    await expect(publish).to_be_enabled(timeout=RENDERED_WITHIN_MS)
    await look("scripts-publish", page)
    await accessible(page)
    await publish.click()
    await expect(page.get_by_test_id("draft-published")).to_be_visible()


async def _see_it_in_force(page: Page, look: Look) -> None:
    """The list says so, and a session can be created from it."""
    await page.get_by_test_id("draft-back").click()
    shelf = page.locator(f"[data-testid=shelf][data-script={SCRIPT_ID}]")
    await expect(shelf.get_by_test_id("shelf-version")).to_have_attribute("data-state", "in_force")
    await look("scripts-published", page)
    await page.get_by_test_id("nav-sessions").click()
    await page.get_by_test_id("session-new").click()
    await expect(page.get_by_test_id("new-scenario")).to_contain_text("新场景")


async def _revision(page: Page, origin: str, draft: str) -> int:
    answer = await page.request.get(f"{origin}/api/v1/script-drafts/{draft}")
    revision: int = (await answer.json())["draft"]["revision"]
    return revision


async def _listen_compare_and_withdraw(page: Page, look: Look) -> None:
    """The published speech is heard; two versions are compared; one is taken back."""
    await page.goto(f"{page.url.split('#', 1)[0]}#/scripts/{SCRIPT_ID}/versions/1")
    await page.get_by_test_id("listen-prepare").click()
    audio = page.get_by_test_id("listen-audio")
    await expect(audio).to_be_visible()
    await audio.evaluate("element => element.play()")
    await page.wait_for_function(
        "() => document.querySelector('[data-testid=listen-audio]').currentTime > 0.2"
    )
    await look("scripts-version", page)
    await accessible(page)
    await page.goto(
        f"{page.url.split('#', 1)[0]}#/scripts/compare"
        "?left=version/bank-wealth-demo/1&right=version/bank-wealth-demo/2"
    )
    await expect(page.get_by_test_id("compare-table")).to_contain_text("version: 2")
    await look("scripts-compare", page)
    await accessible(page)
    await page.goto(f"{page.url.split('#', 1)[0]}#/scripts/{SCRIPT_ID}/versions/1")
    await page.get_by_test_id("version-withdraw").click()
    await page.get_by_test_id("words").fill("演示完毕")
    await page.get_by_test_id("words-confirm").click()
    await expect(page.get_by_test_id("version-state")).to_have_text("已停用")
