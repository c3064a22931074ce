"""Drafts on both databases: four eyes, who was faster, and what no draft may become."""

from __future__ import annotations

import pytest
import structlog
from sqlmodel import select

from server import app_keys
from server.scripts.draft_state import DraftAction, after
from server.storage.tables import ScriptChangeRow
from shuanglu.errors import ConflictError
from shuanglu.wire.scripts import DraftState
from tests.server.scripts.desk import DRAFTS, SCRIPT_ID, ScriptDesk, shipped_text
from tests.server.stage import FIRST_STAFF_ID


async def test_a_draft_may_be_wrong_and_is_not_submitted_then(desk: ScriptDesk) -> None:
    draft_id = await desk.drafted("id: [\n")
    view = await desk.found(await desk.read(f"{DRAFTS}/{draft_id}", method="GET"))
    assert view["draft"]["state"] == "draft"
    assert view["text"] == "id: [\n"
    assert view["next_version"] == 3
    submitted = await desk.write(f"{DRAFTS}/{draft_id}/submit", {"revision": 1})
    found = await desk.stage.problem(submitted, 422, "script_refused")
    assert "line " in found["detail"]


async def test_who_wrote_cannot_approve_and_a_second_person_can(desk: ScriptDesk) -> None:
    draft_id = await desk.drafted()
    await desk.found(await desk.write(f"{DRAFTS}/{draft_id}/submit", {"revision": 1}))
    refused = await desk.write(f"{DRAFTS}/{draft_id}/approve", {"revision": 2, "comment": ""})
    found = await desk.stage.problem(refused, 403, "four_eyes")
    assert "cannot approve" in found["detail"]
    agreed = await desk.read(f"{DRAFTS}/{draft_id}/approve", {"revision": 2, "comment": "好"})
    draft = (await desk.found(agreed))["draft"]
    assert (draft["state"], draft["reviewed_by"], draft["comment"]) == ("approved", "reader", "好")


async def test_who_wrote_one_line_of_it_cannot_approve_either(desk: ScriptDesk) -> None:
    draft_id = await desk.drafted()
    line = {"revision": 1, "text": shipped_text(minutes=9)}
    await desk.found(await desk.read(f"{DRAFTS}/{draft_id}", line, method="PUT"))
    await desk.found(await desk.write(f"{DRAFTS}/{draft_id}/submit", {"revision": 2}))
    approving = await desk.read(f"{DRAFTS}/{draft_id}/approve", {"revision": 3})
    await desk.stage.problem(approving, 403, "four_eyes")
    view = await desk.found(await desk.read(f"{DRAFTS}/{draft_id}", method="GET"))
    assert view["written_by"] == ["admin", "reader"]
    assert view["is_mine"] is True


async def test_who_was_slower_is_told_both_revisions(desk: ScriptDesk) -> None:
    draft_id = await desk.drafted()
    first = {"revision": 1, "text": shipped_text(minutes=8)}
    await desk.found(await desk.write(f"{DRAFTS}/{draft_id}", first, method="PUT"))
    late = await desk.read(f"{DRAFTS}/{draft_id}", {"revision": 1, "text": "x"}, method="PUT")
    found = await desk.stage.problem(late, 409, "stale_revision")
    assert "revision 2, not 1" in found["detail"]
    view = await desk.found(await desk.read(f"{DRAFTS}/{draft_id}", method="GET"))
    assert view["text"] == shipped_text(minutes=8)


async def test_a_submitted_draft_stands_still_until_it_is_reopened(desk: ScriptDesk) -> None:
    draft_id = await desk.approved()
    changed = {"revision": 3, "text": shipped_text(minutes=8)}
    writing = await desk.write(f"{DRAFTS}/{draft_id}", changed, method="PUT")
    await desk.stage.problem(writing, 409, "conflict")
    await desk.found(await desk.write(f"{DRAFTS}/{draft_id}/reopen", {"revision": 3}))
    again = {**changed, "revision": 4}
    await desk.found(await desk.write(f"{DRAFTS}/{draft_id}", again, method="PUT"))
    publishing = {"revision": 5, "in_force_from": None}
    unread = await desk.write(f"{DRAFTS}/{draft_id}/publish", publishing)
    await desk.stage.problem(unread, 409, "conflict")


async def test_a_rejected_draft_says_why_and_can_be_given_up(desk: ScriptDesk) -> None:
    draft_id = await desk.drafted()
    await desk.found(await desk.write(f"{DRAFTS}/{draft_id}/submit", {"revision": 1}))
    mute = await desk.read(f"{DRAFTS}/{draft_id}/reject", {"revision": 2, "comment": ""})
    await desk.stage.problem(mute, 400, "invalid_input")
    body = {"revision": 2, "comment": "缺少费用说明"}
    draft = (await desk.found(await desk.read(f"{DRAFTS}/{draft_id}/reject", body)))["draft"]
    assert (draft["state"], draft["comment"]) == ("rejected", "缺少费用说明")
    given_up = await desk.write(f"{DRAFTS}/{draft_id}/withdraw", {"revision": 3})
    assert (await desk.found(given_up))["draft"]["state"] == "withdrawn"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (shipped_text(version=2), "version"),
        (shipped_text(version=4), "version"),
        (shipped_text().replace(f"id: {SCRIPT_ID}", "id: another-one", 1), "id"),
    ],
)
async def test_the_number_and_the_name_must_be_the_next_ones(
    desk: ScriptDesk, text: str, field: str
) -> None:
    draft_id = await desk.drafted(text)
    submitted = await desk.write(f"{DRAFTS}/{draft_id}/submit", {"revision": 1})
    assert (await desk.stage.problem(submitted, 422, "script_refused"))["field"] == field


async def test_every_change_is_written_down_with_what_was_seen(desk: ScriptDesk) -> None:
    with structlog.testing.capture_logs() as logs:
        draft_id = await desk.approved()
    moves = [log["change"] for log in logs if log["event"] == "script_draft_changed"]
    assert moves == ["nothing -> draft", "draft -> submitted", "submitted -> approved"]
    async with desk.stage.app[app_keys.DATABASE].read() as session:
        query = select(ScriptChangeRow).where(ScriptChangeRow.draft_id == draft_id)
        rows = list(await session.scalars(query.order_by("change_id")))
    assert [row.action for row in rows] == ["write", "submit", "approve"]
    assert rows[0].staff_id == FIRST_STAFF_ID
    assert len({row.text_sha256 for row in rows}) == 1


def test_nothing_leaves_the_end_and_nothing_skips_the_second_pair_of_eyes() -> None:
    for action in DraftAction:
        with pytest.raises(ConflictError):
            after(DraftState.WITHDRAWN, action)
    for state in set(DraftState) - {DraftState.APPROVED}:
        with pytest.raises(ConflictError):
            after(state, DraftAction.PUBLISH)
    for state in set(DraftState) - {DraftState.SUBMITTED}:
        with pytest.raises(ConflictError):
            after(state, DraftAction.APPROVE)


async def test_a_draft_that_is_not_there(desk: ScriptDesk) -> None:
    for path in ("", "/submit", "/approve", "/publish", "/speech"):
        method = "POST" if path else "GET"
        body = {"revision": 1, "in_force_from": None} if path == "/publish" else {"revision": 1}
        sent = body if path and path != "/speech" else None
        response = await desk.read(f"{DRAFTS}/drf_none{path}", sent, method=method)
        await desk.stage.problem(response, 404, "not_found")
