"""What cannot be spoken or read is not published, and what is in force goes on: the real voice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from media_worker.models.registry import ModelRegistry, ModelSettings
from media_worker.play.library import PromptLibrary
from media_worker.speech_desk import SpeechDesk
from shuanglu.wire.bus import SpeechRequest
from tests.server.scripts.desk import DRAFTS, ScriptDesk, shipped_text

MODELS = Path(__file__).parents[3] / "models"
CYCLE = shipped_text().replace(
    "    kind: disclosure\n",
    "    kind: disclosure\n    when: {answer: not-a-deposit, is: [understood]}\n",
    1,
)


class RealVoice:
    """The worker's own desk and library in place of the told voice."""

    def __init__(self, desk: ScriptDesk, folder: Path) -> None:
        self._desk, self._folder = desk, folder
        self.desks: list[SpeechDesk] = []

    async def take_over(self, models: ModelSettings) -> None:
        library = PromptLibrary(
            ModelRegistry(models), self._desk.stage.parts.objects, cache_dir=self._folder
        )
        speech = SpeechDesk(library.prompts)
        self.desks.append(speech)
        await self._desk.served.close()
        bus = self._desk.stage.parts.bus
        self._desk.served = await bus.serve("speech.prepare", SpeechRequest, speech.answer)


@pytest.fixture
async def voice(desk: ScriptDesk, tmp_path: Path) -> AsyncIterator[RealVoice]:
    real = RealVoice(desk, tmp_path)
    yield real
    for each in real.desks:
        await each.stop()


async def told(desk: ScriptDesk, draft_id: str) -> dict[str, Any]:
    """What the editor is told, asking as it does: again until it is no more being rendered."""
    while True:
        found = await desk.found(await desk.write(f"{DRAFTS}/{draft_id}/speech"))
        if found["state"] != "rendering":
            return found


async def refused(desk: ScriptDesk, draft_id: str) -> dict[str, Any]:
    body = {"revision": 3, "in_force_from": None}
    while True:
        answer = await desk.write(f"{DRAFTS}/{draft_id}/publish", body)
        if answer.status != 409:
            return await desk.stage.problem(answer, 422, "script_refused")


async def goes_on(desk: ScriptDesk) -> bool:
    """The version before is in force, and a session is created from it."""
    invitation = await desk.stage.invite()
    return await desk.in_force() == 2 and bool(invitation["session_id"])


async def test_a_voice_that_does_not_exist(desk: ScriptDesk, voice: RealVoice) -> None:
    await voice.take_over(ModelSettings(directory=MODELS))
    text = shipped_text().replace("voice: zf_xiaoxiao", "voice: zf_nobody", 1)
    draft_id = await desk.approved(text)
    view = await told(desk, draft_id)
    assert (view["refused_reason"], view["refused_step"]) == ("no_voice", "voice")
    assert "zf_nobody" in view["refused_because"]
    assert (await refused(desk, draft_id))["field"] == "voice"
    assert await goes_on(desk)


async def test_a_voice_that_breaks_names_the_step(
    desk: ScriptDesk, voice: RealVoice, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no model")
    await voice.take_over(ModelSettings(directory=MODELS, speech=broken))
    draft_id = await desk.approved()
    view = await told(desk, draft_id)
    assert (view["refused_reason"], view["refused_step"]) == ("failed", "opening")
    assert (await refused(desk, draft_id))["field"] == "opening"
    assert await goes_on(desk)


async def test_without_the_model_it_is_said_and_nothing_is_published(
    desk: ScriptDesk, voice: RealVoice, tmp_path: Path
) -> None:
    await voice.take_over(ModelSettings(directory=tmp_path / "nothing"))
    draft_id = await desk.approved()
    assert (await told(desk, draft_id))["refused_reason"] == "failed"
    await refused(desk, draft_id)
    assert await goes_on(desk)


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        ("id: [a", "not_yaml", "bracket_open"),
        ("a: &a [*a]", "not_yaml", "alias"),
        ("\tid: x", "not_yaml", "tab"),
        (CYCLE, "cycle", None),
        (
            shipped_text().replace("kind: disclosure", "kind: lecture", 1),
            "not_a_script",
            "unknown_kind",
        ),
        (shipped_text().replace("say: ", "say: App ", 1), "unspeakable", "foreign_word"),
        (shipped_text().replace("say: ", "say: \ue000", 1), "unspeakable", "no_voice"),
        (
            shipped_text().replace("institution: ", "institution: \ue000", 1),
            "undrawable",
            "no_picture",
        ),
    ],
)
async def test_a_bad_text_is_not_submitted_and_its_place_is_told(
    desk: ScriptDesk, text: str, code: str, reason: str | None
) -> None:
    draft_id = await desk.drafted(text)
    submitted = await desk.write(f"{DRAFTS}/{draft_id}/submit", {"revision": 1})
    problem = await desk.stage.problem(submitted, 422, "script_refused")
    assert problem["detail"].startswith("line ")
    checked = await desk.found(await desk.read("/api/v1/script-lint", {"text": text}))
    found = {(one["code"], one["reason"]): one for one in checked["findings"]}
    finding = found[code, reason]
    assert finding["message"]["zh"] != finding["message"]["en"]
    assert isinstance(finding["params"], dict)
    assert await goes_on(desk)
