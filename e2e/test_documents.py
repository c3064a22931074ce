"""What is uploaded in the editor: a recorded voice that plays, a PDF that is read to its end.

The sale ends with a signature that must be legible.
"""

from __future__ import annotations

import io
import json
import wave
import zipfile
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, ConsoleMessage, Page, expect

from demo.browser import phone
from demo.customer import SyntheticCustomer
from demo.media_assets import fake_microphone
from demo.staff import StaffClient
from e2e.checks import accessible, fits, on_step, payloads, verified
from e2e.conftest import ASSETS, Look
from shuanglu.timeline.chain import sha256_hex
from tests.documents.pdf_maker import RISK_NOTICE, encrypted, pdf_of

SCRIPT_ID = "zz-pdf"
TAPPED, COPIED = "您的本金可能因市场变动而蒙受损失。", "本人已充分了解并愿意承担上述风险。"
SPOKEN = "您好,现在开始录音录像。"
PDF = pdf_of(RISK_NOTICE)
BEFORE_MS = 400
"""So long before it was read to the end, the page was on the screen."""
RECORDER = "/assets/screen_recording-"
TAKEN_WITHIN_MS = 30_000
RENDER_TRIES, RENDER_WAIT_MS = 120, 1000
TEXT = f"""\
id: {SCRIPT_ID}
version: 1
title: {{zh: 文件阅读, en: Reading}}
institution: 演示银行
voice: zf_xiaoxiao
minimum_assurance: device_key_and_code
retention_years: 5
estimated_minutes: 2
steps:
  - id: welcome
    kind: disclosure
    title: {{zh: 开场, en: Welcome}}
    clauses: [REG-3]
    say: {SPOKEN}
    show: {{zh: 请听一段录音, en: Please listen to a recording}}
  - id: notice
    kind: document
    title: {{zh: 风险揭示书, en: Risk notice}}
    clauses: [REG-7, REG-21]
    say: 请把这份风险揭示书仔细读到最后。
    show: {{zh: 请把风险揭示书读到最后, en: Please read the risk notice to its end}}
    document: 风险揭示书
    min_page_ms: 500
    key_sentences:
      - text: {{zh: {TAPPED}, en: Your capital may be lost.}}
        by: tap
      - text: {{zh: {COPIED}, en: I understand and accept these risks.}}
        by: copy
  - id: sign
    kind: signature
    title: {{zh: 签名, en: Signature}}
    clauses: [REG-14]
    say: 请在屏幕上写下您的姓名。
    show: {{zh: 请签上您的姓名, en: Please sign with your name}}
    legible: true
  - id: confirm
    kind: confirmation
    title: {{zh: 确认, en: Confirm}}
    clauses: [REG-31]
    say: 请确认。
    show: {{zh: 请确认, en: Please confirm}}
"""
_CALL = """async ([method, path, body]) => {
    const answer = await fetch(path, {
        method, headers: { "Content-Type": "application/json" },
        body: body === null ? undefined : JSON.stringify(body),
    });
    return [answer.status, await answer.json()];
}"""


async def _call(page: Page, path: str, body: Any = None, method: str = "POST") -> Any:
    status, answer = await page.evaluate(_CALL, [method, f"/api/v1{path}", body])
    assert status < 300, answer
    return answer


async def test_a_pdf_is_read_to_its_end(
    *,
    staff: StaffClient,
    browser: Browser,
    writer: Page,
    second_reader: Page,
    look: Look,
    tmp_path: Path,
) -> None:
    await _publish(writer, second_reader, look, tmp_path)
    invitation = await staff.invite(script_id=SCRIPT_ID)
    errors: list[str] = []
    async with phone(browser) as page:
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(_told(said)) if _is_ours(said) else None)
        customer = SyntheticCustomer(page)
        await customer.join(invitation["url"])
        await customer.check_device()
        await on_step(page, "welcome")
        await look("recorded-voice", page)
        await expect(page.get_by_test_id("ai-voice")).to_have_count(0)
        await customer.my_turn("notice")
        await _read(page, look)
        await customer.read()
        await _mark(page, look)
        await customer.my_turn("sign")
        await customer.sign()
        await on_step(page, "confirm")
        # Afterwards the last piece of the screen may come when the record is closed: a 409.
        assert errors == []
        while await customer.next_step() is not None:
            pass
        await customer.receipt()
        assert await customer.outcome() == "complete"
    await _is_proved(staff, invitation["session_id"])
    await _its_words_are_replayed(writer, await staff.session(invitation["session_id"]), look)


def _is_ours(said: ConsoleMessage) -> bool:
    """An error, but not the recorder's: rrweb compares styles on an element that nobody sees."""
    return said.type == "error" and RECORDER not in said.location["url"]


def _told(said: ConsoleMessage) -> str:
    return f"{said.location['url']}: {said.text}"


async def _publish(writer: Page, reader: Page, look: Look, folder: Path) -> None:
    """Uploaded in the editor, read by a second pair of eyes, published."""
    (folder / "silent.wav").write_bytes(_wav(b"\0\0" * 48_000))
    (folder / "locked.pdf").write_bytes(encrypted(PDF, "secret"))
    (folder / "风险揭示书.pdf").write_bytes(PDF)
    made = await _call(writer, "/script-drafts", {"script_id": SCRIPT_ID, "text": TEXT})
    draft = f"/script-drafts/{made['draft']['draft_id']}"
    await writer.goto(f"{writer.url.split('#', 1)[0]}#/scripts/drafts/{made['draft']['draft_id']}")
    code = writer.get_by_test_id("code").locator(".cm-line")
    await code.filter(has_text=SPOKEN).click()
    await writer.get_by_test_id("voice-file").set_input_files(folder / "silent.wav")
    await _told_of_file(writer, "voice-trouble", "听不到声音")
    await writer.get_by_test_id("voice-file").set_input_files(fake_microphone(ASSETS))
    await _told_of_file(writer, "voice-told", "已上传")
    await writer.get_by_test_id("voice-listen").evaluate("audio => audio.play()")
    await expect(code.filter(has_text="delivery: {by: recorded")).to_be_visible()
    await code.filter(has_text="document: 风险揭示书").click()
    await writer.get_by_test_id("pdf-file").set_input_files(folder / "locked.pdf")
    await _told_of_file(writer, "pdf-trouble", "已加密")
    await writer.get_by_test_id("pdf-file").set_input_files(folder / "风险揭示书.pdf")
    await _told_of_file(writer, "pdf-told", "2 页")
    await expect(code.filter(has_text=sha256_hex(PDF))).to_be_visible()
    await writer.get_by_test_id("tab-phone").click()
    await look("pdf-editor", writer)
    await accessible(writer)
    await writer.get_by_test_id("draft-save").click()
    await expect(writer.get_by_test_id("draft-dirty")).to_have_count(0)
    await expect(writer.get_by_test_id("draft-submit")).to_be_enabled()
    await _call(writer, f"{draft}/submit", {"revision": 2})
    await _call(reader, f"{draft}/approve", {"revision": 3, "comment": "同意"})
    for _ in range(RENDER_TRIES):
        if (await _call(reader, f"{draft}/speech"))["state"] == "ready":
            break
        await reader.wait_for_timeout(RENDER_WAIT_MS)
    await _call(reader, f"{draft}/publish", {"revision": 4, "in_force_from": None})


async def _told_of_file(writer: Page, testid: str, words: str) -> None:
    """A file is looked at in a process of its own, which must start first."""
    told = writer.get_by_test_id(testid)
    await expect(told).to_contain_text(words, timeout=TAKEN_WITHIN_MS)


def _wav(samples: bytes) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setparams((1, 2, 48_000, 0, "NONE", ""))
        sound.writeframes(samples)
    return out.getvalue()


async def _read(page: Page, look: Look) -> None:
    """Drawn as wide as the phone, words for a screen reader, larger, and in large print."""
    paper = page.get_by_test_id("pdf-page")
    await expect(paper).to_have_attribute("data-state", "drawn")
    await expect(paper).to_contain_text(TAPPED)
    ink = await paper.locator("canvas").evaluate("""canvas => {
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let dark = 0;
        for (let at = 0; at < data.length; at += 4) dark += data[at] < 128;
        return dark;
    }""")
    assert ink > 500, "nothing is drawn"
    # The content security policy let pdf.js place the words over their picture.
    placed = paper.locator("span", has_text=TAPPED)
    assert await placed.evaluate("span => getComputedStyle(span).left") != "auto"
    await look("pdf-page", page)
    await fits(page)
    await accessible(page)
    await page.get_by_test_id("pdf-larger").tap()
    await expect(paper).to_have_attribute("data-state", "drawn")
    await look("pdf-larger", page)
    await fits(page)
    await accessible(page)
    await page.get_by_test_id("large-print").tap()
    await expect(page.get_by_test_id("pdf-text")).to_contain_text(TAPPED)
    await look("pdf-large-print", page)
    await fits(page)
    await accessible(page)
    await page.get_by_test_id("large-print").tap()


async def _mark(page: Page, look: Look) -> None:
    await expect(page.get_by_test_id("sentence-tap")).to_contain_text(TAPPED)
    await look("pdf-sentence-tap", page)
    await accessible(page)
    await page.get_by_test_id("sentence-tap").tap()
    field = page.get_by_test_id("sentence-copy")
    await field.fill("本人已充分了解并愿意承担上述风先")
    await page.get_by_test_id("sentence-done").tap()
    await expect(page.get_by_test_id("sentence-fault")).to_contain_text("第 16 个字不对:应是“险”")
    await look("pdf-sentence-copy", page)
    await fits(page)
    await accessible(page)
    await field.fill("本人已充分了解,并愿意承担上述风险")
    await page.get_by_test_id("sentence-done").tap()


async def _is_proved(staff: StaffClient, session_id: str) -> None:
    """On the timeline, and the PDF in the package under the hash that the script pins."""
    session = await staff.session(session_id)
    spoken = {one["step_id"]: one["synthetic"] for one in payloads(session, "prompt.started")}
    assert spoken == {"welcome": False, "notice": True, "sign": True, "confirm": True}
    (judged,) = payloads(session, "signature.judged")
    assert judged["outcome"] == "legible"
    (read,) = payloads(session, "document.read")
    assert (read["pages"], read["document_sha256"]) == (2, sha256_hex(PDF))
    assert all(seen >= 500 for seen in read["page_seen_ms"])
    marked = payloads(session, "key_sentence.marked")
    assert [(one["sentence"], one["by"]) for one in marked] == [(1, "tap"), (2, "copy")]
    package = await staff.package(session_id)
    verified(package)
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert archive.read(f"documents/{sha256_hex(PDF)}.pdf") == PDF
        step = json.loads(archive.read("script.json"))["steps"][1]
    assert step["file"] == {"sha256": sha256_hex(PDF), "pages": 2, "bytes": len(PDF)}


async def _its_words_are_replayed(office: Page, session: dict[str, Any], look: Look) -> None:
    """A drawing is not recorded; in the replay the words stand where they were seen."""
    (read,) = (e for e in session["events"] if e["payload"]["type"] == "document.read")
    record = f"#/sessions/{read['session_id']}?t={read['media_time_ms'] - BEFORE_MS}"
    await office.goto(f"{office.url.split('#', 1)[0]}{record}")
    await expect(office.get_by_test_id("screen")).to_have_attribute("data-shown", "true")
    frame = next(frame for frame in office.frames if frame.url.endswith("/replay/"))
    found = await frame.wait_for_function(
        """() => document.querySelector("iframe")
            .contentDocument.querySelector(".sl-page-words span:not(:empty)")"""
    )
    colour = await found.evaluate("span => getComputedStyle(span).color")
    assert colour == "rgb(23, 33, 31)", "the words can be seen"
    await look("pdf-replayed", office)
