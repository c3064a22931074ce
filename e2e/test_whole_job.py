"""From the QR code's link to a package that a sceptic verifies, watching the screens."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from playwright.async_api import Browser, expect

from demo.browser import phone
from demo.id_card import Citizen
from demo.server_process import ServerProcess
from e2e.checks import accessible, decoded_frames, fits, payloads, screen_lines, verified
from e2e.conftest import Look, RecordedSale

MOST_LATE_MS = 15_000
"""The recorder is fetched once media is stored, and this machine is slow."""
RRWEB_FULL_SNAPSHOT = 2


async def test_a_customer_records_a_sale_and_a_sceptic_verifies_it(
    server: ServerProcess, browser: Browser, look: Look, recorded_sale: RecordedSale
) -> None:
    assert recorded_sale.page_errors == ()
    assert recorded_sale.outcome == "complete"
    summary = recorded_sale.session["summary"]
    assert summary["record_number"] == recorded_sale.number
    assert summary["outcome"] == "complete"
    _the_record_says_what_happened(recorded_sale.session)

    _the_screen_is_in_the_record(recorded_sale)

    report = verified(recorded_sale.package)
    assert report.record is not None
    assert report.record.record_number == recorded_sale.number
    _plays_in_an_ordinary_player(recorded_sale.package)
    await _the_public_page_knows_it(server, browser, recorded_sale.number, look)


def _the_record_says_what_happened(session: dict[str, Any]) -> None:
    (answer,) = payloads(session, "answer.judged")
    assert answer["accepted"]
    assert answer["basis"] in {"words", "words_and_tap", "voice_and_tap"}
    _the_person_was_checked(session)
    assert [p["face"] for p in payloads(session, "signature.made")] == ["present"]
    signed = payloads(session, "confirmation.signed")
    assert [p["assurance"] for p in signed] == ["webauthn_user_verified"]
    types = [event["payload"]["type"] for event in session["events"]]
    before = types[: types.index("step.begun")]
    assert "media.stored" in before, "the script began before anything was stored"
    assert payloads(session, "media.gap") == []


def _the_screen_is_in_the_record(sale: RecordedSale) -> None:
    """In step with the media, whole, and without what was typed."""
    pieces = payloads(sale.session, "screen.stored")
    assert len(pieces) > 10
    assert [p["piece"] for p in pieces if p["begins"]] == [1]
    assert payloads(sale.session, "screen.gap") == []
    assert payloads(sale.session, "screen.unavailable") == []
    (ended,) = payloads(sale.session, "stretch.ended")
    assert pieces[0]["from_ms"] < MOST_LATE_MS
    assert ended["end_ms"] - pieces[-1]["to_ms"] < MOST_LATE_MS
    shown = screen_lines(sale.session, sale.package)
    events = [json.loads(line) for line in shown.split("\n")[:-1]]
    assert [event["type"] for event in events].count(RRWEB_FULL_SNAPSHOT) == 1
    assert Citizen().number not in shown
    titles = [step["title"]["zh"] for step in sale.session["steps"]]
    assert [title for title in titles if title not in shown] == [], "every step was on the screen"


async def test_a_whole_session_contacts_nobody_else(recorded_sale: RecordedSale) -> None:
    contacts = recorded_sale.contacts
    assert contacts.looks > 100
    assert contacts.foreign() == set()
    models = {name for name in contacts.with_network if name.startswith("media_worker.")}
    assert models <= {"media_worker.play.render_process"}, "a model must not see a network"


def _the_person_was_checked(session: dict[str, Any]) -> None:
    (confirmed,) = payloads(session, "identity.confirmed")
    assert (confirmed["name"], confirmed["failed_checks"]) == (Citizen().name, [])
    compared = {p["purpose"]: p["outcome"] for p in payloads(session, "face.compared")}
    assert compared == dict.fromkeys(("card", "answer", "signature"), "same")
    judged = payloads(session, "liveness.judged")
    assert len({p["kind"] for p in judged if p["outcome"] == "passed"}) == 2
    measured = {name for p in payloads(session, "observation.sampled") for name in p["columns"]}
    assert {"faces", "yaw_deg", "same_face", "level_dbfs", "skin_r", "card_area"} <= measured


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
