"""The screen recording over HTTP: taken in order, refused for cause, sealed, read back."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from aiohttp import DummyCookieJar
from aiohttp.test_utils import TestClient, TestServer

from server.evidence.contents import object_key
from server.screen.taking import FUTURE_SLACK_MS
from shuanglu.clock import ManualClock
from shuanglu.evidence.assembly import NamedObject
from shuanglu.evidence.package import ZipPackage
from shuanglu.evidence.screen import MAX_PIECE_BYTES, packed, read_piece, unpacked
from shuanglu.evidence.verification import verify
from shuanglu.timeline import events as ev
from tests.evidence.screens import screen_piece
from tests.server.evidence.act import SessionAct
from tests.server.stage import Stage, StageParts, stage_app

SCREEN = "/screen"


def body(data: bytes, piece: int = 1, **changed: Any) -> dict[str, Any]:
    text = base64.b64encode(data).decode()
    return {"piece": piece, "packed": True, "after_loss": False, "data": text, **changed}


async def recording(stage: Stage) -> SessionAct:
    """A session whose recording began ten seconds ago; its screen is not recorded yet."""
    act = await SessionAct.joined(stage)
    await act.append(ev.RecordingStarted(origin=act.clock.now()))
    act.clock.advance(ms=10_000)
    return act


async def screen_events(act: SessionAct) -> list[ev.Payload]:
    kinds = (ev.ScreenStored, ev.ScreenGap, ev.ScreenUnavailable)
    return [e.payload for e in await act.events() if isinstance(e.payload, kinds)]


async def test_pieces_are_taken_in_order_and_told(stage: Stage) -> None:
    act = await recording(stage)
    position = await (await stage.request("GET", "/api/v1/customer/screen", token=act.token)).json()
    assert position == {"next_piece": 1, "recorded_to_ms": None, "media_ms": 10_000}
    first, second = screen_piece(100, 900, begins=True), screen_piece(900, 2000, begins=False)
    answer = await act.post(SCREEN, body(first))
    assert answer.status == 200, await answer.text()
    assert await answer.json() == {"next_piece": 2, "recorded_to_ms": 900, "media_ms": 10_000}
    assert (await act.post(SCREEN, body(second, 2))).status == 200
    told = await screen_events(act)
    before = read_piece(first).told(1, None)
    assert told == [before, read_piece(second).told(2, before)]
    stored = await stage.parts.objects.get(
        object_key(act.session_id, NamedObject("screen", before.piece_sha256))
    )
    assert stored == first


async def test_a_piece_sent_again_is_stored_once(stage: Stage) -> None:
    act = await recording(stage)
    data = screen_piece(0, 900, begins=True)
    answers = [await (await act.post(SCREEN, body(data))).json() for _ in range(3)]
    assert answers == [answers[0]] * 3
    assert len(await screen_events(act)) == 1


async def test_what_a_browser_could_not_pack_is_packed_here(stage: Stage) -> None:
    act = await recording(stage)
    data = screen_piece(0, 900, begins=True)
    for _ in range(2):
        answer = await act.post(SCREEN, body(unpacked(data), packed=False))
        assert answer.status == 200, await answer.text()
    assert await screen_events(act) == [read_piece(data).told(1, None)]


@pytest.mark.parametrize(
    ("after_loss", "reason"), [(False, "page_reloaded"), (True, "pieces_lost")]
)
async def test_beginning_anew_tells_the_gap(stage: Stage, *, after_loss: bool, reason: str) -> None:
    act = await recording(stage)
    await act.post(SCREEN, body(screen_piece(0, 900, begins=True)))
    again = body(screen_piece(4000, 4200, begins=True), 2, after_loss=after_loss)
    assert (await act.post(SCREEN, again)).status == 200
    _, gap, _ = await screen_events(act)
    assert gap == ev.ScreenGap.model_validate({"from_ms": 900, "to_ms": 4000, "reason": reason})


@pytest.mark.parametrize("piece", [2, 3, 1_000_000])
async def test_a_piece_that_is_not_due_is_refused(stage: Stage, piece: int) -> None:
    act = await recording(stage)
    answer = await act.post(SCREEN, body(screen_piece(0, 900, begins=True), piece))
    assert (await stage.problem(answer, 409, "conflict"))["field"] == "piece"
    assert await screen_events(act) == []


async def test_another_piece_under_a_stored_number_is_refused(stage: Stage) -> None:
    act = await recording(stage)
    await act.post(SCREEN, body(screen_piece(0, 900, begins=True)))
    answer = await act.post(SCREEN, body(screen_piece(1000, 1100, begins=True)))
    await stage.problem(answer, 409, "conflict")


async def test_a_piece_that_does_not_fit_behind_the_last_is_refused(stage: Stage) -> None:
    act = await recording(stage)
    answer = await act.post(SCREEN, body(screen_piece(0, 900, begins=False)))
    await stage.problem(answer, 409, "conflict")
    await act.post(SCREEN, body(screen_piece(0, 900, begins=True)))
    answer = await act.post(SCREEN, body(screen_piece(899, 1000, begins=False), 2))
    await stage.problem(answer, 409, "conflict")


async def test_a_piece_from_the_future_is_refused(stage: Stage) -> None:
    act = await recording(stage)
    to_ms = 10_000 + FUTURE_SLACK_MS
    answer = await act.post(SCREEN, body(screen_piece(0, to_ms + 1, begins=True)))
    await stage.problem(answer, 400, "invalid_input")
    assert (await act.post(SCREEN, body(screen_piece(0, to_ms, begins=True)))).status == 200


async def test_nothing_is_taken_before_the_recording_begins(stage: Stage) -> None:
    act = await SessionAct.joined(stage)
    position = await (await stage.request("GET", "/api/v1/customer/screen", token=act.token)).json()
    assert position["media_ms"] is None
    answer = await act.post(SCREEN, body(screen_piece(0, 0, begins=True)))
    await stage.problem(answer, 409, "conflict")


@pytest.mark.parametrize(
    "wrong",
    [
        {"piece": 0},
        {"piece": "1"},
        {"data": ""},
        {"data": "not base64!"},
        {"data": base64.b64encode(b"not gzip").decode()},
        {"data": base64.b64encode(packed(b"[1]\n")).decode()},
        {"packed": False},
        {"more": 1},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
async def test_what_is_no_piece_is_refused(stage: Stage, wrong: dict[str, Any]) -> None:
    act = await recording(stage)
    answer = await act.post(SCREEN, {**body(screen_piece(0, 900, begins=True)), **wrong})
    await stage.problem(answer, 400, "invalid_input")
    assert await screen_events(act) == []


async def test_a_piece_that_is_too_large_is_refused(stage: Stage) -> None:
    act = await recording(stage)
    large = io.BytesIO(json.dumps(body(b"\0" * (MAX_PIECE_BYTES + 1))).encode())
    as_json = {"Content-Type": "application/json"}
    answer = await act.post(SCREEN, data=large, headers=as_json)
    await stage.problem(answer, 413, "too_large")
    answer = await act.post(SCREEN, body(packed(b" " * (16 << 20) + b"\n")))
    await stage.problem(answer, 413, "too_large")


async def test_pieces_are_limited_in_rate(stage: Stage) -> None:
    act = await recording(stage)
    sent = body(screen_piece(0, 900, begins=True))
    for _ in range(stage.parts.settings.screen_pieces_per_window):
        assert (await act.post(SCREEN, sent)).status == 200
    await stage.problem(await act.post(SCREEN, sent), 429, "too_many_attempts")


async def test_a_token_of_another_session_records_only_there(stage: Stage) -> None:
    act, other = await recording(stage), await SessionAct.joined(stage)
    answer = await act.post(SCREEN, body(screen_piece(0, 9, begins=True)), token=other.token)
    await stage.problem(answer, 409, "conflict")
    answer = await act.post(SCREEN, body(screen_piece(0, 9, begins=True)), token="forged")
    await stage.problem(answer, 401, "not_authenticated")
    assert await screen_events(act) == []


async def test_a_page_that_cannot_record_says_so_once(stage: Stage) -> None:
    act = await recording(stage)
    for reason in ("not_supported", "not_supported", "refused"):
        answer = await act.post("/screen/unavailable", {"reason": reason})
        assert answer.status == 204, await answer.text()
    assert await screen_events(act) == [ev.ScreenUnavailable(reason="not_supported")]
    answer = await act.post("/screen/unavailable", {"reason": "bored"})
    await stage.problem(answer, 400, "invalid_input")


async def test_a_recording_that_is_full_takes_no_more(
    database_url: str, tmp_path: Path, clock: ManualClock
) -> None:
    parts = StageParts.build(database_url, tmp_path, clock, max_screen_bytes=1024)
    server = TestServer(stage_app(parts), host="127.0.0.1")
    async with TestClient(server, cookie_jar=DummyCookieJar()) as client:
        stage = Stage(parts, server, client)
        act = await recording(stage)
        statuses = []
        for piece in range(1, 20):
            data = screen_piece(piece * 10, piece * 10 + 1, begins=piece == 1)
            statuses.append((await act.post(SCREEN, body(data, piece))).status)
            if statuses[-1] != 200:
                break
        assert statuses[-1] == 413


async def test_a_sealed_record_holds_the_screen_and_takes_no_more(stage: Stage) -> None:
    act = await SessionAct.joined(stage)
    await act.sealed()
    answer = await act.post(SCREEN, body(screen_piece(0, 900, begins=True), 4))
    await stage.problem(answer, 409, "timeline_closed")
    answer = await act.post("/screen/unavailable", {"reason": "refused"})
    await stage.problem(answer, 409, "timeline_closed")
    response = await stage.staff("GET", f"/api/v1/sessions/{act.session_id}/package")
    data = await response.read()
    report = verify(ZipPackage(io.BytesIO(data)), pinned_key=stage.parts.signing_key.public_key)
    assert report.passed, report.first_failure
    assert report.steps[-1].detail.startswith("3 pieces")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if name.startswith("screen/")]
        assert b"screen/" in archive.read("README.txt")
    assert len(names) == 3


async def test_staff_read_the_recording_back(stage: Stage) -> None:
    act = await recording(stage)
    first, second = screen_piece(100, 900, begins=True), screen_piece(900, 2000, begins=False)
    await act.post(SCREEN, body(first))
    await act.post(SCREEN, body(second, 2))
    path = f"/api/v1/sessions/{act.session_id}/screen"
    response = await stage.staff("GET", path)
    assert response.content_type == "application/x-ndjson"
    assert response.headers["Cache-Control"] == "private, no-store"
    lines = (await response.text()).splitlines()
    assert [json.loads(line)["timestamp"] for line in lines] == [100, 900, 900, 900]
    later = await stage.staff("GET", f"{path}?after=1")
    assert await later.read() == unpacked(second)
    earlier = await stage.staff("GET", f"{path}?up_to=1")
    assert await earlier.read() == unpacked(first)
    await stage.problem(await stage.staff("GET", f"{path}?after=-1"), 400, "invalid_input")
    await stage.problem(
        await stage.staff("GET", "/api/v1/sessions/ses_NONE/screen"), 404, "not_found"
    )


async def test_a_session_without_a_screen_reads_empty(stage: Stage) -> None:
    act = await recording(stage)
    response = await stage.staff("GET", f"/api/v1/sessions/{act.session_id}/screen")
    assert (response.status, await response.read()) == (200, b"")
