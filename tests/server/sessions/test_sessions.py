from __future__ import annotations

import asyncio
import base64
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from server import app_keys
from shuanglu.clock import ManualClock
from shuanglu.timeline import events as ev
from tests.server.stage import ORIGIN, Stage, code_in

SESSIONS = "/api/v1/sessions"


def _draft(payload: Any) -> ev.EventDraft:
    return ev.EventDraft(actor=ev.Actor.SYSTEM, payload=payload)


async def test_a_new_session_comes_with_a_link_and_two_pictures_of_it(stage: Stage) -> None:
    invitation = await stage.invite()
    assert invitation["url"].startswith(f"{ORIGIN}/c/#")
    assert len(code_in(invitation)) == 24
    svg = ET.fromstring(invitation["qr_svg"])  # noqa: S314 - our own
    assert svg.tag.endswith("svg")
    assert base64.b64decode(invitation["qr_png_base64"]).startswith(b"\x89PNG")


async def test_the_code_itself_is_stored_nowhere(stage: Stage) -> None:
    invitation = await stage.invite()
    detail = await stage.staff("GET", f"{SESSIONS}/{invitation['session_id']}")
    assert code_in(invitation) not in await detail.text()


async def test_an_unknown_script_is_not_found(stage: Stage) -> None:
    body = {"script_id": "none", "product": "x", "product_code": "x", "customer_name": "x"}
    response = await stage.staff("POST", SESSIONS, json=body)
    await stage.problem(response, 404, "not_found")


async def test_scenarios(stage: Stage) -> None:
    (found,) = (await (await stage.staff("GET", "/api/v1/scenarios")).json())["items"]
    assert found["script_id"] == "bank-wealth-demo"
    assert found["step_count"] == 8


async def test_the_list_is_paged_newest_first_without_loss(
    stage: Stage, clock: ManualClock
) -> None:
    made = []
    for number in range(7):
        made.append((await stage.invite(product_code=f"P{number}"))["session_id"])
        clock.advance(ms=1 if number % 2 else 0)  # some are created in the same millisecond
    found: list[str] = []
    cursor = None
    while True:
        query = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
        page = await (await stage.staff("GET", SESSIONS, params=query)).json()
        assert page["total"] == 7
        found += [item["session_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(found) == sorted(made)
    assert len(found) == 7


@pytest.mark.parametrize(
    ("query", "count"),
    [("张", 1), ("wj", 2), ("WJ001", 2), ("稳健", 2), ("%", 0), ("_", 0), ("none", 0), ("ses_", 2)],
)
async def test_search(stage: Stage, query: str, count: int) -> None:
    await stage.invite(customer_name="张三")
    await stage.invite(customer_name="John Smith")
    page = await (await stage.staff("GET", SESSIONS, params={"q": query})).json()
    # Session ids hold an underscore: a pattern would match everything else, too.
    if query == "_":
        count = 2
    assert page["total"] == count


async def test_phase_narrows_the_list(stage: Stage) -> None:
    await stage.invite()
    joined, _ = await stage.join()
    for phase, expected in (("created", 1), ("joined", 1), ("sealed", 0)):
        page = await (await stage.staff("GET", SESSIONS, params={"phase": phase})).json()
        assert page["total"] == expected
    page = await (await stage.staff("GET", SESSIONS, params={"phase": "joined"})).json()
    assert page["items"][0]["session_id"] == joined


async def test_detail_holds_timeline_and_stretches(stage: Stage, clock: ManualClock) -> None:
    session_id, _ = await stage.join()
    timeline = stage.app[app_keys.TIMELINE]
    sha = "a" * 64
    await timeline.append(
        session_id,
        [
            _draft(ev.CustomerConnected(connection_id="con_1")),
            _draft(ev.RecordingStarted(origin=clock.now())),
            _draft(ev.StretchBegun(stretch=1, start_ms=0, video_codec="VP8", init_sha256=sha)),
            _draft(
                ev.MediaStored(
                    stretch=1,
                    segment=1,
                    clusters=2,
                    stored_bytes=9,
                    end_ms=1900,
                    head=sha,
                    segment_sha256=sha,
                    segment_bytes=9,
                )
            ),
            _draft(ev.StretchBegun(stretch=2, start_ms=5000, video_codec="H264", init_sha256=sha)),
        ],
    )
    response = await stage.staff("GET", f"{SESSIONS}/{session_id}")
    detail = await response.json()
    assert detail["summary"]["phase"] == "recording"
    assert detail["summary"]["stored_ms"] == 1900
    assert [event["seq"] for event in detail["events"]] == list(range(1, 9))
    assert detail["stretches"] == [
        {
            "stretch": 1,
            "start_ms": 0,
            "end_ms": 1900,
            "url": f"{SESSIONS}/{session_id}/media/1",
            "content_type": "video/webm",
        }
    ]
    assert detail["steps"][0]["id"] == "opening"
    assert detail["steps"][0]["choices"] == []
    asked = [step for step in detail["steps"] if step["kind"] == "question"]
    assert asked
    assert all(choice["label"]["zh"] for step in asked for choice in step["choices"])
    assert all(len(step["choices"]) > 1 for step in asked)
    assert detail["one_time_code"] is None


async def test_a_session_that_is_not_there(stage: Stage) -> None:
    for path in ("ses_none", "SES_00000000000000000001", "..", "%2e%2e"):
        response = await stage.staff("GET", f"{SESSIONS}/{path}")
        assert response.status == 404
    response = await stage.staff("POST", f"{SESSIONS}/ses_none/invitations")
    await stage.problem(response, 404, "not_found")


async def _next_event(content: Any) -> tuple[str, str]:
    lines: dict[str, str] = {}
    async with asyncio.timeout(5):
        while True:
            line = (await content.readline()).decode().rstrip("\n")
            if not line and lines:
                return lines.get("event", ""), lines.get("data", "")
            name, _, value = line.partition(": ")
            if name:
                lines[name] = value


async def test_rows_are_told_as_they_change(stage: Stage) -> None:
    session_id = (await stage.invite())["session_id"]
    response = await stage.staff("GET", f"{SESSIONS}/live")
    assert response.content_type == "text/event-stream"
    kind, _ = await _next_event(response.content)
    assert kind == "alerts"
    timeline = stage.app[app_keys.TIMELINE]
    await timeline.append(session_id, [_draft(ev.RouteStaffed(reason="customer_asked"))])
    kind, data = await _next_event(response.content)
    assert kind == "session"
    assert session_id in data
    assert '"phase":"staffed"' in data
    response.close()


async def test_a_flood_of_changes_becomes_few_messages(stage: Stage) -> None:
    session_id = (await stage.invite())["session_id"]
    response = await stage.staff("GET", f"{SESSIONS}/live")
    timeline = stage.app[app_keys.TIMELINE]
    for number in range(60):
        draft = _draft(ev.CustomerConnected(connection_id=f"con_{number}"))
        await timeline.append(session_id, [draft])
    await timeline.append(session_id, [_draft(ev.RouteStaffed(reason="customer_asked"))])
    messages = 0
    while True:
        _, data = await _next_event(response.content)
        messages += 1
        if '"phase":"staffed"' in data:
            break
    assert messages < 60
    response.close()


async def test_a_stream_ends_with_the_login_and_with_the_server(stage: Stage) -> None:
    session_id = (await stage.invite())["session_id"]
    response = await stage.staff("GET", f"{SESSIONS}/live")
    await stage.staff("POST", "/api/v1/staff/logout")
    timeline = stage.app[app_keys.TIMELINE]
    await timeline.append(session_id, [_draft(ev.RouteStaffed(reason="customer_asked"))])
    async with asyncio.timeout(5):
        assert b"event: session" not in await response.content.read()


async def test_streams_are_limited_and_leave_nothing_behind(stage: Stage) -> None:
    feed = stage.app[app_keys.LIVE_FEED]
    response = await stage.staff("GET", f"{SESSIONS}/live")
    assert len(feed) == 1
    feed.close()
    async with asyncio.timeout(5):
        await response.content.read()
        while len(feed):  # noqa: ASYNC110 - a condition of the server, not ours to signal
            await asyncio.sleep(0.01)
    refused = await stage.staff("GET", f"{SESSIONS}/live")
    await stage.problem(refused, 503, "unavailable")
