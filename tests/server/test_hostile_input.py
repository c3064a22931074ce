from __future__ import annotations

import asyncio
import gzip
import json
from typing import Any

import pytest
from sqlalchemy import text

from server import app_keys
from tests.server.stage import ORIGIN, Stage

LOGIN = "/api/v1/staff/login"
SESSIONS = "/api/v1/sessions"
JSON_TYPE = {"Content-Type": "application/json"}
GOOD = {
    "script_id": "bank-wealth-demo",
    "product": "稳健一号",
    "product_code": "WJ001",
    "customer_name": "张三",
}


async def _raw(stage: Stage, data: bytes, **headers: str) -> Any:
    return await stage.staff("POST", SESSIONS, data=data, headers={**JSON_TYPE, **headers})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[1,2",
        b"\xff\xfe",
        b'{"script_id": "\xed\xa0\x80"}',
        b"[" * 60_000,
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b'{"a": ' + b"9" * 5000 + b"}",
    ],
)
async def test_what_is_not_json_is_refused(stage: Stage, data: bytes) -> None:
    found = await stage.problem(await _raw(stage, data), 400, "invalid_input")
    assert found["field"]


@pytest.mark.parametrize("body", [[], "x", 3, None, True, {}, [[[[]]]]])
async def test_json_of_another_form_is_refused(stage: Stage, body: Any) -> None:
    await stage.problem(await _raw(stage, json.dumps(body).encode()), 400, "invalid_input")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"script_id": 7}, "script_id"),
        ({"script_id": ""}, "script_id"),
        ({"product": None}, "product"),
        ({"product_code": ["x"]}, "product_code"),
        ({"customer_name": "张" * 81}, "customer_name"),
        ({"customer_name": ""}, "customer_name"),
        ({"customer_name": True}, "customer_name"),
        ({"admin": True}, "admin"),
        ({"customer_name": "\ud800"}, "body"),
    ],
)
async def test_the_wrong_field_is_named_and_its_value_is_not_repeated(
    stage: Stage, change: dict[str, Any], field: str
) -> None:
    response = await _raw(stage, json.dumps({**GOOD, **change}).encode())
    found = await stage.problem(response, 400, "invalid_input")
    assert found["field"] == field
    assert "张" not in found["detail"]
    assert (await (await stage.staff("GET", SESSIONS)).json())["total"] == 0


async def test_a_body_of_another_type_is_refused(stage: Stage) -> None:
    data = json.dumps(GOOD).encode()
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "", "text/json"):
        response = await _raw(stage, data, **{"Content-Type": content_type})
        found = await stage.problem(response, 400, "invalid_input")
        assert found["field"] == "Content-Type"


async def test_a_body_at_the_limit_is_read_and_one_past_it_is_not(stage: Stage) -> None:
    limit = stage.parts.settings.max_body_bytes
    data = json.dumps(GOOD).encode()
    response = await _raw(stage, data + b" " * (limit - len(data)))
    assert response.status == 201
    await stage.problem(await _raw(stage, data + b" " * (limit - len(data) + 1)), 413, "too_large")

    async def endless() -> Any:
        for _ in range(limit // 1000 + 2):
            yield b" " * 1000

    response = await stage.staff("POST", SESSIONS, data=endless(), headers=JSON_TYPE)
    await stage.problem(response, 413, "too_large")


async def test_compressed_bodies_are_refused_unread(stage: Stage) -> None:
    bomb = gzip.compress(b" " * 20_000_000)
    assert len(bomb) < stage.parts.settings.max_body_bytes
    for data in (bomb, gzip.compress(json.dumps(GOOD).encode()), b"not gzip at all"):
        response = await _raw(stage, data, **{"Content-Encoding": "gzip"})
        found = await stage.problem(response, 400, "invalid_input")
        assert found["field"] == "Content-Encoding"
    assert (await stage.request("GET", "/healthz")).status == 200


@pytest.mark.parametrize(
    "name",
    [
        "'; DROP TABLE sessions; --",
        'Robert"); DELETE FROM staff; --',
        "阿卜杜热合曼·买买提艾力",
        "👨‍👩‍👧‍👦 𠮷野家",
        "<script>alert(1)</script>",
        "%_\\%",
        "a\u202ebc",
        "O'Brien",
    ],
)
async def test_names_are_data_and_are_found_again(stage: Stage, name: str) -> None:
    await stage.invite(customer_name="somebody else")
    await stage.invite(customer_name=name)
    response = await stage.staff("GET", SESSIONS, params={"q": name})
    found = await response.json()
    assert [item["customer_name"] for item in found["items"]] == [name]
    assert response.content_type == "application/json"


async def test_a_zero_character_changes_nothing(stage: Stage) -> None:
    """PostgreSQL cannot store it; SQLite can. It is refused on both."""
    for field in ("customer_name", "product", "product_code", "script_id"):
        response = await _raw(stage, json.dumps({**GOOD, field: "a\u0000b"}).encode())
        await stage.problem(response, 400, "invalid_input")
    response = await stage.staff("GET", SESSIONS, params={"q": "\u0000"})
    await stage.problem(response, 400, "invalid_input")
    response = await stage.log_in(username="a\u0000")
    await stage.problem(response, 400, "invalid_input")
    response = await stage.staff("GET", f"{SESSIONS}/ses_%00")
    await stage.problem(response, 400, "invalid_input")
    assert (await (await stage.staff("GET", SESSIONS)).json())["total"] == 0


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=1001",
        "limit=x",
        "limit=1&limit=2",
        "phase=none",
        "unknown=1",
        "cursor=%21%21",
        "cursor=" + "A" * 300,
        "cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTk5LnNlcw",
        "q=" + "x" * 81,
    ],
)
async def test_queries_of_another_form_are_refused(stage: Stage, query: str) -> None:
    response = await stage.staff("GET", f"{SESSIONS}?{query}")
    await stage.problem(response, 400, "invalid_input")


async def test_other_sites_cannot_act_for_a_logged_in_person(stage: Stage) -> None:
    for origin in ("https://evil.example", "null", "http://localhost:8081", ORIGIN + ".evil"):
        response = await stage.staff("POST", SESSIONS, json=GOOD, origin=origin)
        await stage.problem(response, 403, "not_allowed")
        response = await stage.request("POST", LOGIN, json={}, origin=origin)
        await stage.problem(response, 403, "not_allowed")
    response = await stage.staff("POST", SESSIONS, json=GOOD, origin=None)
    await stage.problem(response, 403, "not_allowed")
    assert (await (await stage.staff("GET", SESSIONS)).json())["total"] == 0


async def test_unknown_paths_and_methods_are_problems_too(stage: Stage) -> None:
    await stage.problem(await stage.request("GET", "/api/v1/none"), 404, "not_found")
    await stage.problem(await stage.request("DELETE", "/healthz"), 405, "method_not_allowed")
    await stage.problem(await stage.request("GET", "/assets/../../etc/passwd"), 404, "not_found")


async def test_a_fault_of_ours_tells_nothing(stage: Stage) -> None:
    async with stage.app[app_keys.DATABASE].write() as unit:
        await unit.session.execute(text("DROP TABLE scripts"))
    response = await stage.staff("GET", "/api/v1/scenarios")
    assert response.status in {500, 503}
    answer = await response.text()
    assert "scripts" not in answer
    assert "SELECT" not in answer


async def test_many_bad_requests_at_once_do_no_harm(stage: Stage) -> None:
    await stage.staff_cookie()
    bodies = [b"{", b"[]", json.dumps({**GOOD, "x": 1}).encode()] * 10
    responses = await asyncio.gather(*(_raw(stage, body) for body in bodies))
    assert {response.status for response in responses} == {400}
    assert (await stage.staff("POST", SESSIONS, json=GOOD)).status == 201
