"""From the QR code's link to a package that a sceptic verifies, watching the screens."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from playwright.async_api import Browser, expect

from demo.browser import phone
from demo.server_process import ServerProcess
from e2e.checks import accessible, decoded_frames, fits, payloads, verified
from e2e.conftest import Look, RecordedSale


async def test_a_customer_records_a_sale_and_a_sceptic_verifies_it(
    server: ServerProcess, browser: Browser, look: Look, recorded_sale: RecordedSale
) -> None:
    assert recorded_sale.page_errors == ()
    assert recorded_sale.outcome == "complete"
    summary = recorded_sale.session["summary"]
    assert summary["record_number"] == recorded_sale.number
    assert summary["outcome"] == "complete"
    _the_record_says_what_happened(recorded_sale.session)

    report = verified(recorded_sale.package)
    assert report.record is not None
    assert report.record.record_number == recorded_sale.number
    _plays_in_an_ordinary_player(recorded_sale.package)
    await _the_public_page_knows_it(server, browser, recorded_sale.number, look)


def _the_record_says_what_happened(session: dict[str, Any]) -> None:
    assert [p["basis"] for p in payloads(session, "answer.judged")] == ["voice_and_tap"]
    assert [p["face"] for p in payloads(session, "signature.made")] == ["present"]
    signed = payloads(session, "confirmation.signed")
    assert [p["assurance"] for p in signed] == ["webauthn_user_verified"]
    types = [event["payload"]["type"] for event in session["events"]]
    before = types[: types.index("step.begun")]
    assert "media.stored" in before, "the script began before anything was stored"
    assert payloads(session, "media.gap") == []


def _plays_in_an_ordinary_player(package: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        video, audio = decoded_frames(archive.read("media/stretch-0001.webm"))
    assert video > 300
    assert audio > 1000


async def _the_public_page_knows_it(
    server: ServerProcess, browser: Browser, number: str, look: Look
) -> None:
    async with phone(browser, authenticator=False) as page:
        await page.goto(f"{server.origin}/verify/{number}")
        await expect(page.get_by_text(number).first).to_be_visible()
        await look("phone-verify", page)
        await fits(page)
        await accessible(page)
