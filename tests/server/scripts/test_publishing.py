"""Versions come into force on their day, are taken back, and never change."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from server.scripts.library import publish_scripts
from server.scripts.repository import Publication, ScriptRepository
from server.storage.engine import Database
from shuanglu.clock import ManualClock
from shuanglu.errors import ConflictError
from shuanglu.script.model import parse_script
from shuanglu.wire.scripts import SpeechView
from tests.server.scripts.desk import DRAFTS, SCRIPT_ID, ScriptDesk, shipped_text
from tests.server.stage import demo_script

VERSIONS = f"/api/v1/scripts/{SCRIPT_ID}/versions"
AN_HOUR_MS = 3600 * 1000


async def test_a_published_version_is_what_the_next_session_gets(desk: ScriptDesk) -> None:
    assert await desk.in_force() == 2
    before = await desk.stage.invite()
    view = await desk.published()
    assert (view["draft"]["state"], view["draft"]["version"]) == ("published", 3)
    assert await desk.in_force() == 3
    after = await desk.stage.invite()
    assert await _version_of(desk, after["session_id"]) == 3
    assert await _version_of(desk, before["session_id"]) == 2


async def _version_of(desk: ScriptDesk, session_id: str) -> int:
    path = f"/api/v1/sessions/{session_id}"
    session = await desk.found(await desk.stage.staff("GET", path))
    version: int = session["events"][0]["payload"]["script_version"]
    return version


async def test_a_version_waits_for_its_time(desk: ScriptDesk, clock: ManualClock) -> None:
    later = clock.now() + timedelta(milliseconds=AN_HOUR_MS)
    await desk.published(from_=later.isoformat())
    assert await desk.in_force() == 2
    assert (await desk.versions())[3] == "future"
    clock.advance(ms=AN_HOUR_MS - 1000)
    assert await desk.in_force() == 2
    clock.advance(ms=1000)
    assert await desk.in_force() == 3


async def test_no_version_is_in_force_in_the_past(desk: ScriptDesk, clock: ManualClock) -> None:
    draft_id = await desk.approved()
    for wrong in ((clock.now() - timedelta(seconds=1)).isoformat(), "2027-01-01T00:00:00"):
        body = {"revision": 3, "in_force_from": wrong}
        refused = await desk.write(f"{DRAFTS}/{draft_id}/publish", body)
        found = await desk.stage.problem(refused, 400, "invalid_input")
        assert found["field"] == "in_force_from"
    assert await desk.in_force() == 2


async def test_a_script_that_names_its_own_day_waits_for_it(
    desk: ScriptDesk, clock: ManualClock
) -> None:
    day = (clock.now() + timedelta(days=2)).date()
    text = shipped_text().replace("institution:", f"in_force_from: {day}\ninstitution:", 1)
    draft_id = await desk.approved(text)
    sooner = (clock.now() + timedelta(hours=1)).isoformat()
    refused = await desk.write(
        f"{DRAFTS}/{draft_id}/publish", {"revision": 3, "in_force_from": sooner}
    )
    found = await desk.stage.problem(refused, 400, "invalid_input")
    assert found["field"] == "in_force_from"
    body = {"revision": 3, "in_force_from": None}
    await desk.found(await desk.write(f"{DRAFTS}/{draft_id}/publish", body))
    version = (await desk.found(await desk.read(f"{VERSIONS}/3", method="GET")))["version"]
    midnight = datetime(day.year, day.month, day.day, tzinfo=timezone(timedelta(hours=8)))
    assert datetime.fromisoformat(version["in_force_from"]) == midnight
    assert await desk.in_force() == 2


async def test_rolling_back_brings_the_former_version_into_force(desk: ScriptDesk) -> None:
    await desk.published()
    running = await desk.stage.invite()
    taken_back = await desk.read(f"{VERSIONS}/3/withdraw", {"reason": "第三步有错字"})
    version = (await desk.found(taken_back))["version"]
    assert (version["state"], version["withdrawn_because"]) == ("withdrawn", "第三步有错字")
    assert version["withdrawn_by"] == "reader"
    assert await desk.in_force() == 2
    assert await _version_of(desk, running["session_id"]) == 3
    again = await desk.read(f"{VERSIONS}/3/withdraw", {"reason": "again"})
    await desk.stage.problem(again, 409, "conflict")
    kept = await desk.found(await desk.read(f"{VERSIONS}/3", method="GET"))
    assert kept["text"] == shipped_text()
    # The number is used up: the next draft carries 4.
    await desk.stage.problem(
        await desk.write(f"{DRAFTS}/{await desk.drafted()}/submit", {"revision": 1}),
        422,
        "script_refused",
    )


async def test_a_shipped_version_can_be_taken_back_too(desk: ScriptDesk) -> None:
    await desk.found(await desk.read(f"{VERSIONS}/2/withdraw", {"reason": "停用"}))
    listed = await desk.found(await desk.stage.staff("GET", "/api/v1/scenarios"))
    assert SCRIPT_ID not in [one["script_id"] for one in listed["items"]]
    refused = await desk.stage.staff(
        "POST",
        "/api/v1/sessions",
        json={
            "script_id": SCRIPT_ID,
            "product": "x",
            "product_code": "x",
            "customer_name": "x",
        },
    )
    await desk.stage.problem(refused, 404, "not_found")


async def test_speech_that_cannot_be_rendered_is_not_published(desk: ScriptDesk) -> None:
    draft_id = await desk.approved()
    body = {"revision": 3, "in_force_from": None}
    desk.voice.answer = SpeechView(state="rendering")
    waiting = await desk.write(f"{DRAFTS}/{draft_id}/publish", body)
    assert (await desk.stage.problem(waiting, 409, "speech_not_ready"))["retryable"] is True
    desk.voice.answer = SpeechView(state="refused", refused_step="risk", refused_because="no words")
    refused = await desk.write(f"{DRAFTS}/{draft_id}/publish", body)
    found = await desk.stage.problem(refused, 422, "script_refused")
    assert (found["field"], found["detail"]) == ("risk", "risk: no words")
    await desk.served.close()
    alone = await desk.write(f"{DRAFTS}/{draft_id}/publish", body)
    await desk.stage.problem(alone, 503, "unavailable")
    assert await desk.in_force() == 2


async def test_two_drafts_cannot_take_the_same_number(desk: ScriptDesk) -> None:
    first, second = await desk.approved(), await desk.approved(shipped_text(minutes=9))
    body = {"revision": 3, "in_force_from": None}
    await desk.found(await desk.write(f"{DRAFTS}/{first}/publish", body))
    late = await desk.write(f"{DRAFTS}/{second}/publish", body)
    assert (await desk.stage.problem(late, 422, "script_refused"))["field"] == "version"


async def test_the_yaml_of_a_shipped_version_is_the_same_script(desk: ScriptDesk) -> None:
    found = await desk.found(await desk.read(f"{VERSIONS}/2", method="GET"))
    checked = await desk.found(await desk.read("/api/v1/script-lint", {"text": found["text"]}))
    assert parse_script(checked["script"]).sha256 == demo_script().sha256
    for none in ("9", "0", "x", "99999999999999999999"):
        missing = await desk.read(f"{VERSIONS}/{none}", method="GET")
        await desk.stage.problem(missing, 404, "not_found")


async def test_a_release_does_not_overwrite_what_staff_published(
    database_url: str, clock: ManualClock
) -> None:
    database = Database(database_url)
    shipped = demo_script().model_copy(update={"version": 3})
    theirs = shipped.model_copy(update={"estimated_minutes": 9})
    publication = Publication(at=clock.now(), in_force_from=clock.now(), published_by="stf_1")
    async with database.write() as unit:
        await ScriptRepository(unit.session).publish(theirs, publication)
    await publish_scripts(database, [demo_script(), shipped], clock)
    async with database.read() as session:
        assert (await ScriptRepository(session).get(SCRIPT_ID, 3)).sha256 == theirs.sha256
    changed = demo_script().model_copy(update={"estimated_minutes": 99})
    with pytest.raises(ConflictError):
        await publish_scripts(database, [changed], clock)
    await database.close()
