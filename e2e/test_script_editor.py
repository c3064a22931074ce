"""The editor by keyboard alone: a template, a mistake, undo, save, compare, history; no mouse."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Page, ViewportSize, expect

from e2e.checks import accessible, fits
from e2e.conftest import Look

NAME = "zz-by-keyboard"
WIDE = ViewportSize(width=1440, height=900)
PHONE = ViewportSize(width=390, height=844)


async def _focus(page: Page, testid: str) -> None:
    """As a person would: Tab until it has the focus, a bounded number of times."""
    for _ in range(60):
        here = await page.evaluate("document.activeElement?.dataset.testid ?? ''")
        if here == testid:
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{testid} cannot be reached by Tab")


async def test_a_script_begins_from_a_template_and_is_written_by_keyboard(
    office: Page, look: Look, tmp_path: Path
) -> None:
    page = office
    await page.set_viewport_size(WIDE)
    await page.get_by_test_id("nav-scripts").press("Enter")
    await _choose_a_template(page, look)
    await _write_and_undo(page, look)
    await _refuse_a_foreign_file(page, tmp_path)
    await _compare_and_look_back(page, look)


async def _choose_a_template(page: Page, look: Look) -> None:
    await expect(page.get_by_test_id("scripts-new")).to_be_visible()
    await _focus(page, "scripts-new")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("template")).to_have_count(7)
    await accessible(page)
    await page.set_viewport_size(PHONE)
    await look("script-templates-390", page)
    await fits(page)
    await page.set_viewport_size(WIDE)
    await _focus(page, "new-script-id")
    await page.keyboard.type(NAME)
    await _focus(page, "template-blank")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    chosen = page.locator("[data-testid=template]:checked")
    assert await chosen.get_attribute("data-template") == "bank-wealth"
    await look("script-templates", page)
    await _focus(page, "new-script-confirm")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("draft-submit")).to_be_enabled(timeout=30_000)
    await expect(page.get_by_test_id("findings-none")).to_be_visible()


_IN_THE_TEXT = "document.querySelector('[data-testid=code]').shadowRoot.activeElement"


async def _write_and_undo(page: Page, look: Look) -> None:
    code = page.get_by_test_id("code").locator(".cm-content")
    await expect(code).to_contain_text("请替换")
    await code.focus()
    assert await page.evaluate(f"{_IN_THE_TEXT} !== null")
    await page.keyboard.press("Control+Home")
    await page.keyboard.press("End")
    await page.keyboard.insert_text("\nvioce: zf_nobody")
    finding = page.get_by_test_id("finding").filter(has_text="vioce")
    await expect(finding).to_contain_text("是不是 voice")
    await expect(finding).to_contain_text("第 2 行")
    await expect(page.get_by_test_id("draft-dirty")).to_be_visible()
    await look("script-editor-finding", page)
    await accessible(page)
    await page.keyboard.press("Control+z")
    await expect(finding).to_have_count(0)
    await expect(page.get_by_test_id("draft-saved")).to_be_visible()
    await page.keyboard.insert_text(" ")
    await expect(page.get_by_test_id("draft-dirty")).to_be_visible()
    await page.keyboard.press("Control+s")
    await expect(page.get_by_test_id("draft-saved")).to_contain_text("已保存")
    await _focus_back(page, "edit-find")
    await page.keyboard.press("Enter")
    await page.keyboard.type("犹豫期")
    await page.keyboard.press("Escape")


async def _focus_back(page: Page, testid: str) -> None:
    for _ in range(8):
        if await page.evaluate("document.activeElement?.dataset.testid ?? ''") == testid:
            return
        await page.keyboard.press("Shift+Tab")
    raise AssertionError(f"{testid} cannot be reached by Shift+Tab")


async def _refuse_a_foreign_file(page: Page, folder: Path) -> None:
    """A file that is no UTF-8 would change the words unseen."""
    path = folder / "gbk.yaml"
    path.write_bytes("id: a\ntitle: 风险\n".encode("gbk"))
    await page.get_by_test_id("draft-file").set_input_files(path)
    await expect(page.get_by_test_id("draft-file-problem")).to_contain_text("第 2 行")
    await expect(page.get_by_test_id("draft-dirty")).to_have_count(0)


async def _compare_and_look_back(page: Page, look: Look) -> None:
    await page.get_by_test_id("draft-history").press("Enter")
    await expect(page.get_by_test_id("history-line")).to_have_count(2)
    await expect(page.get_by_test_id("history")).to_contain_text("保存了草稿")
    await look("script-history", page)
    await accessible(page)
    await page.set_viewport_size(PHONE)
    await fits(page)
    await look("script-history-390", page)
