"""Findings with lines, a customer on paper, and speech that can be listened to."""

from __future__ import annotations

import hashlib

import pytest

from tests.server.scripts.desk import DRAFTS, SCRIPT_ID, ScriptDesk, shipped_text

LINT = "/api/v1/script-lint"
SIMULATION = "/api/v1/script-simulation"
NOBODY: dict[str, object] = {
    "age": None,
    "product_risk": None,
    "channel": None,
    "province": None,
    "death_benefit": None,
    "returning": None,
    "risk_level": None,
    "answers": {},
}


async def test_a_good_text_is_publishable_and_comes_back_as_a_script(desk: ScriptDesk) -> None:
    found = await desk.found(await desk.read(LINT, {"text": shipped_text()}))
    assert found["is_publishable"] is True
    assert found["script"]["id"] == SCRIPT_ID


@pytest.mark.parametrize(
    "text",
    [
        "",
        "id: [",
        "just words",
        "a: &a [*a]",
        "- 1\n- 2\n",
        shipped_text().replace("kind: disclosure", "kind: lecture", 1),
        shipped_text().replace("voice: ", "voices: ", 1),
        "a: " + "[" * 3000,
    ],
)
async def test_any_bad_text_gives_a_finding_with_its_line(desk: ScriptDesk, text: str) -> None:
    found = await desk.found(await desk.read(LINT, {"text": text}))
    assert found["is_publishable"] is False
    errors = [one for one in found["findings"] if one["level"] == "error"]
    assert errors
    assert all(1 <= one["line"] <= text.count("\n") + 1 for one in errors)
    assert all(one["message"]["zh"] for one in errors)


async def test_the_finding_names_the_line_of_the_mistake(desk: ScriptDesk) -> None:
    text = shipped_text().replace("kind: disclosure", "kind: lecture", 1)
    line = 1 + next(n for n, row in enumerate(text.splitlines()) if "lecture" in row)
    found = await desk.found(await desk.read(LINT, {"text": text}))
    assert any(abs(one["line"] - line) <= 1 for one in found["findings"])


CARE = """      en: Please listen to the risks
    when: {all: [{fact: age, at_least: 65}, {fact: product_risk, at_least: 4}]}
"""


@pytest.mark.parametrize(("age", "applies"), [(70, True), (30, False), (None, True)])
async def test_a_condition_leaves_a_step_out(
    desk: ScriptDesk, age: int | None, *, applies: bool
) -> None:
    text = shipped_text().replace("      en: Please listen to the risks\n", CARE, 1)
    body = {"text": text, "sale": {**NOBODY, "age": age, "product_risk": 4}}
    found = await desk.found(await desk.read(SIMULATION, body))
    (risk,) = [step for step in found["steps"] if step["step_id"] == "risk"]
    assert risk["applies"] is applies
    assert (risk["reason"] is None) is (age == 70)


async def test_a_text_that_is_too_long_is_refused(desk: ScriptDesk) -> None:
    refused = await desk.read(LINT, {"text": "x" * 200_001})
    await desk.stage.problem(refused, 400, "invalid_input")


async def test_a_customer_on_paper_meets_what_applies(desk: ScriptDesk) -> None:
    body = {"text": shipped_text(), "sale": {**NOBODY, "age": 70, "product_risk": 4}}
    found = await desk.found(await desk.read(SIMULATION, body))
    applying = [step for step in found["steps"] if step["applies"]]
    assert applying
    assert found["total_ms"] == sum(step["speech_ms"] for step in applying)
    refused = await desk.read(SIMULATION, {"text": "x", "sale": NOBODY})
    await desk.stage.problem(refused, 422, "script_refused")
    wrong = {"text": shipped_text(), "sale": {**NOBODY, "product_risk": 9}}
    await desk.stage.problem(await desk.read(SIMULATION, wrong), 400, "invalid_input")


async def test_the_speech_of_a_draft_can_be_listened_to(desk: ScriptDesk) -> None:
    sound = b"OggS-sound"
    sha256 = hashlib.sha256(sound).hexdigest()
    objects = desk.stage.parts.objects
    await objects.put(f"prompts/{sha256}.ogg", sound, content_type="audio/ogg")
    draft_id = await desk.drafted()
    speech = await desk.found(await desk.write(f"{DRAFTS}/{draft_id}/speech"))
    assert speech["state"] == "ready"
    assert desk.voice.asked == [SCRIPT_ID]
    heard = await desk.stage.staff("GET", f"/api/v1/speech/{sha256}")
    assert (heard.status, heard.content_type) == (200, "audio/ogg")
    assert await heard.read() == sound
    for none in ("0" * 64, "..", "x"):
        missing = await desk.stage.staff("GET", f"/api/v1/speech/{none}")
        assert missing.status == 404
    of_version = await desk.write(f"/api/v1/scripts/{SCRIPT_ID}/versions/2/speech")
    assert (await desk.found(of_version))["state"] == "ready"
    bad = await desk.drafted("id: x")
    refused = await desk.write(f"{DRAFTS}/{bad}/speech")
    await desk.stage.problem(refused, 422, "script_refused")
