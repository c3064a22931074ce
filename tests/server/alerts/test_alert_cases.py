"""Alert cases on both databases: folded, answered, escalated by themselves."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import structlog

from server import app_keys
from shuanglu.clock import ManualClock
from shuanglu.errors import TimelineClosedError
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Actor, EventDraft
from tests.server.stage import Stage

ALERTS = "/api/v1/alerts"


async def _append(stage: Stage, session_id: str, *payloads: ev.Payload) -> None:
    drafts = [
        EventDraft.model_validate({"actor": Actor.SYSTEM, "payload": payload})
        for payload in payloads
    ]
    await stage.app[app_keys.TIMELINE].append(session_id, drafts)


def _raised(alert: str = "other_face", severity: str = "severe", **more: Any) -> ev.AlertRaised:
    values = {"alert": alert, "severity": severity, "rule_version": 2, "since_ms": 4200, **more}
    return ev.AlertRaised.model_validate(values)


def _ended(alert: str = "other_face", since_ms: int = 4200) -> ev.AlertEnded:
    return ev.AlertEnded(alert=alert, since_ms=since_ms, until_ms=since_ms + 1500)


async def _page(stage: Stage, query: str = "") -> dict[str, Any]:
    response = await stage.staff("GET", ALERTS + query)
    assert response.status == 200, await response.text()
    found: dict[str, Any] = await response.json()
    return found


async def _acknowledge(stage: Stage, case_id: str, note: str = "已致电客户") -> Any:
    return await stage.staff("POST", f"{ALERTS}/{case_id}/acknowledge", json={"note": note})


async def _escalate(stage: Stage) -> int:
    return await stage.app[app_keys.ALERTS].escalate_due()


async def test_nothing_is_open_at_first(stage: Stage) -> None:
    page = await _page(stage)
    assert page["items"] == []
    assert page["counts"] == {"open": 0, "severe": 0, "escalated": 0}


async def test_repeated_raises_fold_into_one_case(stage: Stage) -> None:
    session_id, _ = await stage.join()
    for since_ms in (4200, 9000, 15000):
        await _append(stage, session_id, _raised(since_ms=since_ms), _ended(since_ms=since_ms))
    await _append(stage, session_id, _raised(since_ms=20000))
    (case,) = (await _page(stage))["items"]
    assert (case["count"], case["total_ms"], case["first_ms"]) == (4, 4500, 4200)
    assert case["ended_at"] is None
    assert case["customer_name"] == "张三"
    await _append(stage, session_id, _ended(since_ms=20000))
    (case,) = (await _page(stage))["items"]
    assert (case["total_ms"], case["ended_at"]) == (6000, case["raised_at"])


async def test_guidance_makes_no_case(stage: Stage) -> None:
    session_id, _ = await stage.join()
    await _append(stage, session_id, _raised("too_dark", "guidance"), _ended("too_dark"))
    assert (await _page(stage))["counts"]["open"] == 0


async def test_an_answered_alert_that_comes_again_opens_another_case(stage: Stage) -> None:
    session_id, _ = await stage.join()
    await _append(stage, session_id, _raised(), _ended())
    (case,) = (await _page(stage))["items"]
    response = await _acknowledge(stage, case["case_id"])
    answered = await response.json()
    assert response.status == 200
    assert (answered["acknowledged_by"], answered["note"]) == ("admin", "已致电客户")
    await stage.problem(await _acknowledge(stage, case["case_id"]), 409, "conflict")
    await _append(stage, session_id, _raised())
    first, second = (await _page(stage))["items"]
    assert (first["acknowledged_at"], first["count"]) == (None, 1)
    assert second["case_id"] == case["case_id"]


async def test_an_unknown_case_and_an_empty_note_are_refused(stage: Stage) -> None:
    await stage.problem(await _acknowledge(stage, "ses_x.other_face.1"), 404, "not_found")
    await stage.problem(await _acknowledge(stage, "ses_x.other_face.1", ""), 400, "invalid_input")


async def test_what_nobody_answers_escalates_once_for_each_deadline(
    stage: Stage, clock: ManualClock
) -> None:
    session_id, _ = await stage.join()
    await _append(stage, session_id, _raised(respond_within_s=1800), _raised("blurred", "ordinary"))
    clock.advance(ms=1_799_000)
    assert await _escalate(stage) == 0
    clock.advance(ms=1_000)
    with structlog.testing.capture_logs() as logs:
        assert (await _escalate(stage), await _escalate(stage)) == (1, 0)
    told = [entry for entry in logs if entry["event"] == "alert_escalated"]
    assert told == [
        {
            "event": "alert_escalated",
            "log_level": "warning",
            "session_id": session_id,
            "alert": "other_face",
            "severity": "severe",
            "escalation": 1,
        }
    ]
    page = await _page(stage)
    assert page["items"][0]["level"] == 1
    assert page["items"][0]["escalated_at"][:23] == page["now"][:23]
    assert page["counts"] == {"open": 2, "severe": 1, "escalated": 1}
    clock.advance(ms=4 * 3600 * 1000)  # nobody was there, nor was the server
    assert (await _escalate(stage), await _escalate(stage)) == (2, 0)
    levels = {case["alert"]: case["level"] for case in (await _page(stage))["items"]}
    assert levels == {"other_face": 3, "blurred": 2}


async def test_what_was_answered_in_time_never_escalates(stage: Stage, clock: ManualClock) -> None:
    session_id, _ = await stage.join()
    await _append(stage, session_id, _raised())
    (case,) = (await _page(stage))["items"]
    await _acknowledge(stage, case["case_id"])
    clock.advance(ms=10 * 3600 * 1000)
    assert await _escalate(stage) == 0


async def test_open_severe_and_nearest_deadline_first_page_by_page(
    stage: Stage, clock: ManualClock
) -> None:
    session_id, _ = await stage.join()
    for alert, severity in (("noisy", "ordinary"), ("other_face", "severe"), ("x", "severe")):
        await _append(stage, session_id, _raised(alert, severity))
        clock.advance(ms=1000)
    await _acknowledge(stage, f"{session_id}.x.1")
    expected = ["other_face", "noisy", "x"]
    assert [case["alert"] for case in (await _page(stage))["items"]] == expected
    seen, cursor = [], ""
    while True:
        page = await _page(stage, f"?limit=1{cursor}")
        seen += [case["alert"] for case in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == expected
    for query, alerts in {
        "?state=open": expected[:2],
        "?state=acknowledged": ["x"],
        "?severity=ordinary": ["noisy"],
        "?session_id=ses_other": [],
    }.items():
        assert [case["alert"] for case in (await _page(stage, query))["items"]] == alerts
    refused = await stage.staff("GET", ALERTS + "?cursor=nonsense")
    await stage.problem(refused, 400, "invalid_input")


async def test_a_checker_that_failed_is_for_operators(stage: Stage) -> None:
    session_id, _ = await stage.join()
    await _append(
        stage, session_id, *(_raised(a, "ordinary") for a in ("observer_down", "blurred"))
    )
    audiences = {case["alert"]: case["audience"] for case in (await _page(stage))["items"]}
    assert audiences == {"observer_down": "operator", "blurred": "agent"}


async def test_a_refused_append_leaves_no_case(stage: Stage) -> None:
    session_id, _ = await stage.join()
    verdict = ev.VerdictGiven(outcome=ev.Outcome.INCOMPLETE, recorded_ms=0, gap_ms=0)
    await _append(stage, session_id, _raised("noisy", "ordinary"), verdict)
    (case,) = (await _page(stage))["items"]
    assert case["ended_at"] is not None  # the session is over, and the cause with it
    with pytest.raises(TimelineClosedError):
        await _append(stage, session_id, _raised())
    assert len((await _page(stage))["items"]) == 1


async def test_open_pages_are_told(stage: Stage) -> None:
    session_id, _ = await stage.join()
    async with asyncio.timeout(10):
        stream = await stage.staff("GET", "/api/v1/sessions/live")
        assert await _next_counts(stream) == {"open": 0, "severe": 0, "escalated": 0}
        await _append(stage, session_id, _raised())
        assert await _next_counts(stream) == {"open": 1, "severe": 1, "escalated": 0}
        await _acknowledge(stage, f"{session_id}.other_face.1")
        assert (await _next_counts(stream))["open"] == 0
        stream.close()


async def _next_counts(stream: Any) -> dict[str, Any]:
    while (await stream.content.readline()) != b"event: alerts\n":
        pass
    found: dict[str, Any] = json.loads((await stream.content.readline()).removeprefix(b"data: "))
    return found
