"""A script is written, mended, read by a second pair of eyes, published and in force: no release."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from demo.server_process import ServerProcess
from e2e.checks import accessible, fits
from e2e.conftest import Look
from embedded.settings import EmbeddedSettings
from embedded.staff_command import give_login

SCRIPT_ID = "zz-first-script"
"""Last in every list: other tests take the first one."""
RENDERED_WITHIN_MS = 240_000


async def _logged_in(server: ServerProcess, browser: Browser, name: str, password: str) -> Page:
    context = await browser.new_context(
        viewport={"width": 1366, "height": 768}, locale="zh-CN", accept_downloads=True
    )
    page = await context.new_page()
    await page.goto(f"{server.origin}/office/#/scripts")
    await page.get_by_test_id("login-username").fill(name)
    await page.get_by_test_id("login-password").fill(password)
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("scripts-new")).to_be_visible()
    return page


@pytest.fixture
async def writer(server: ServerProcess, browser: Browser) -> AsyncIterator[Page]:
    page = await _logged_in(server, browser, *server.first_login())
    yield page
    await page.context.close()


@pytest.fixture
async def reader(server: ServerProcess, browser: Browser) -> AsyncIterator[Page]:
    settings = EmbeddedSettings.model_validate({"data_dir": server.data_dir})
    password = await give_login(settings, "reader")
    page = await _logged_in(server, browser, "reader", password)
    yield page
    await page.context.close()


async def _type_over(page: Page, old: str, new: str) -> None:
    """Replace a word in the editor as a person would: find the line, select, type."""
    line = page.get_by_test_id("code").locator(".cm-line").filter(has_text=old).first
    await line.scroll_into_view_if_needed()
    await line.click()
    await page.keyboard.press("Home")
    await page.keyboard.press("Shift+End")
    text = await line.inner_text()
    await page.keyboard.insert_text(text.replace(old, new))


async def test_a_script_comes_into_force_by_two_people(
    writer: Page, reader: Page, look: Look
) -> None:
    errors: list[str] = []
    for page in (writer, reader):
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda said: errors.append(said.text) if "Content Security" in said.text else None,
        )
    await look("scripts-list", writer)
    await accessible(writer)
    await writer.get_by_test_id("scripts-new").click()
    await writer.get_by_test_id("new-script-id").fill(SCRIPT_ID)
    await writer.get_by_test_id("new-script-confirm").click()
    await expect(writer.get_by_test_id("draft-submit")).to_be_enabled()

    # (1) a bad script: the finding names its line, and a click goes there
    await _type_over(writer, "kind: disclosure", "kind: lecture")
    finding = writer.get_by_test_id("finding").filter(has_text="lecture")
    await expect(finding).to_be_visible()
    assert int(await finding.get_attribute("data-line") or 0) == 11
    await expect(writer.get_by_test_id("draft-submit")).to_be_disabled()
    await look("scripts-finding", writer)
    await accessible(writer)
    await finding.click()

    # (2) mended; shown as a phone; tried with a customer
    await _type_over(writer, "kind: lecture", "kind: disclosure")
    await writer.get_by_test_id("tab-phone").click()
    await expect(writer.get_by_test_id("phone")).to_contain_text("请听一段说明")
    await writer.get_by_test_id("preview-en").click()
    await expect(writer.get_by_test_id("phone")).to_contain_text("Please listen")
    await look("scripts-phone", writer)
    await accessible(writer)
    await writer.get_by_test_id("tab-simulation").click()
    await expect(writer.get_by_test_id("simulate-step")).to_have_count(2)
    await look("scripts-simulation", writer)
    await accessible(writer)
    await writer.set_viewport_size({"width": 390, "height": 844})
    await fits(writer)
    await look("scripts-simulation-390", writer)
    await writer.set_viewport_size({"width": 1366, "height": 768})

    # (3) submitted; the writer is told to ask somebody else, and the server refuses the writer
    if await writer.get_by_test_id("draft-save").is_enabled():
        await writer.get_by_test_id("draft-save").click()
    await writer.get_by_test_id("draft-submit").click()
    await expect(writer.get_by_test_id("draft-waits")).to_be_visible()
    await expect(writer.get_by_test_id("draft-approve")).to_have_count(0)
    await look("scripts-waits", writer)
    draft = writer.url.rsplit("/", 1)[1]
    origin = writer.url.split("/office", 1)[0]
    refused = await writer.request.post(
        f"{origin}/api/v1/script-drafts/{draft}/approve",
        data={"revision": await _revision(writer, origin, draft), "comment": ""},
        headers={"Origin": origin},
    )
    assert refused.status == 403
    assert (await refused.json())["code"] == "four_eyes"

    # (4) a second person approves and publishes
    await reader.goto(writer.url)
    await reader.get_by_test_id("draft-approve").click()
    await reader.get_by_test_id("words").fill("已通读,同意")
    await look("scripts-approve", reader)
    await reader.get_by_test_id("words-confirm").click()
    await reader.get_by_test_id("draft-publish").click()
    publish = reader.get_by_test_id("publish-confirm")
    await expect(publish).to_be_enabled(timeout=RENDERED_WITHIN_MS)
    await look("scripts-publish", reader)
    await accessible(reader)
    await publish.click()
    await expect(reader.get_by_test_id("draft-published")).to_be_visible()

    # (5) in force: the list says so, and a session can be created from it
    await reader.get_by_test_id("draft-back").click()
    shelf = reader.get_by_test_id("shelf").and_(reader.locator(f"[data-script={SCRIPT_ID}]"))
    await expect(shelf.get_by_test_id("shelf-version")).to_have_attribute("data-state", "in_force")
    await look("scripts-published", reader)
    await reader.get_by_test_id("nav-sessions").click()
    await reader.get_by_test_id("session-new").click()
    await expect(reader.get_by_test_id("new-scenario")).to_contain_text("新场景")
    await _listen_compare_and_roll_back(reader, look)
    assert errors == []


async def _revision(page: Page, origin: str, draft: str) -> int:
    answer = await page.request.get(f"{origin}/api/v1/script-drafts/{draft}")
    revision: int = (await answer.json())["draft"]["revision"]
    return revision


async def _listen_compare_and_roll_back(page: Page, look: Look) -> None:
    """The published speech is heard; two versions are compared; one is taken back."""
    await page.goto(f"{page.url.split('#', 1)[0]}#/scripts/{SCRIPT_ID}/versions/1")
    await page.get_by_test_id("listen-prepare").click()
    audio = page.get_by_test_id("listen-audio")
    await expect(audio).to_be_visible()
    await audio.evaluate("element => element.play()")
    await page.wait_for_function(
        "document.querySelector('[data-testid=listen-audio]').currentTime > 0.2"
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
