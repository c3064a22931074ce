"""What a script can begin from, and who did what to it."""

from __future__ import annotations

from shuanglu.script.lint import lint
from shuanglu.script.templates import template_ids
from tests.server.scripts.desk import DRAFTS, SCRIPT_ID, ScriptDesk

TEMPLATES = "/api/v1/script-templates"


async def test_every_shipped_template_is_offered_with_what_it_needs(desk: ScriptDesk) -> None:
    listed = await desk.found(await desk.read(TEMPLATES, method="GET"))
    found = {one["template_id"]: one for one in listed["items"]}
    assert tuple(found) == template_ids()
    assert found["bank-life"]["circumstances"] == ["channel", "death_benefit", "province"]
    assert found["bank-life"]["estimated_minutes"] == 15
    assert found["bank-life"]["sale"]["zh"]
    assert all(one["step_count"] > 5 for one in found.values())


async def test_a_template_comes_with_its_comments_and_lints_clean(desk: ScriptDesk) -> None:
    found = await desk.found(await desk.read(f"{TEMPLATES}/fund-sale", method="GET"))
    assert "# 请替换" in found["text"]
    assert lint(found["text"]).is_publishable
    missing = await desk.read(f"{TEMPLATES}/moon", method="GET")
    await desk.stage.problem(missing, 404, "not_found")


async def test_the_history_says_who_did_what_when_and_why(desk: ScriptDesk) -> None:
    await desk.published()
    await desk.drafted()
    withdrawn = {"reason": "第三步有错字"}
    path = f"/api/v1/scripts/{SCRIPT_ID}"
    await desk.found(await desk.read(f"{path}/versions/3/withdraw", withdrawn))
    listed = await desk.found(await desk.read(f"{path}/history", method="GET"))
    told = [(one["by"], one["action"], one["version"], one["why"]) for one in listed["items"]]
    assert told == [
        ("reader", "withdraw", 3, "第三步有错字"),
        ("admin", "write", None, None),
        ("admin", "publish", 3, None),
        ("reader", "approve", None, "同意"),
        ("admin", "submit", None, None),
        ("admin", "write", None, None),
    ]
    assert all(one["at"] for one in listed["items"])
    missing = await desk.read("/api/v1/scripts/moon/history", method="GET")
    await desk.stage.problem(missing, 404, "not_found")


async def test_a_script_that_came_with_the_product_has_an_empty_history(desk: ScriptDesk) -> None:
    found = await desk.found(await desk.read(f"/api/v1/scripts/{SCRIPT_ID}/history", method="GET"))
    assert found["items"] == []


async def test_a_draft_names_the_version_in_force(desk: ScriptDesk) -> None:
    draft_id = await desk.drafted()
    view = await desk.found(await desk.read(f"{DRAFTS}/{draft_id}", method="GET"))
    assert view["in_force_version"] == 2
    await desk.found(
        await desk.read(f"/api/v1/scripts/{SCRIPT_ID}/versions/2/withdraw", {"reason": "停用"})
    )
    view = await desk.found(await desk.read(f"{DRAFTS}/{draft_id}", method="GET"))
    assert view["in_force_version"] != 2
