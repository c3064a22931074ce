"""Speech before a script is published: answered at once, one script at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from media_worker.play.prompt import RenderedPrompt
from media_worker.play.render import TEST_SOUND_ID
from media_worker.play.render_run import RenderError
from media_worker.speech_desk import MAX_WAITING, SpeechDesk
from shuanglu.errors import TooManyAttemptsError
from shuanglu.script.model import Script
from shuanglu.wire.bus import SpeechRequest
from shuanglu.wire.scripts import SpeechView
from tests.worker.studio import Studio, plain_script


class SlowVoice:
    """Renders when it is told to."""

    def __init__(self, refuse: str | None = None) -> None:
        self.may_end = asyncio.Event()
        self.refuse = refuse
        self.rendered: list[int] = []

    async def prompts(self, script: Script) -> Mapping[str, RenderedPrompt]:
        await self.may_end.wait()
        if self.refuse is not None:
            raise RenderError(f"step {self.refuse}: nothing to say", field=self.refuse)
        self.rendered.append(script.version)
        prompt = RenderedPrompt(
            sha256="0" * 64, packets=(), duration_ms=1000, cues=(), synthetic=True
        )
        return dict.fromkeys([step.id for step in script.steps] + [TEST_SOUND_ID], prompt)


def _asking(version: int = 1) -> SpeechRequest:
    return SpeechRequest(script=plain_script().model_copy(update={"version": version}))


async def _until_told(desk: SpeechDesk, request: SpeechRequest) -> SpeechView:
    view = await desk.answer(request)
    while view.state == "rendering":
        view = await desk.answer(request)
    return view


async def test_it_says_rendering_and_then_ready() -> None:
    voice = SlowVoice()
    desk = SpeechDesk(voice.prompts)
    assert (await desk.answer(_asking())).state == "rendering"
    voice.may_end.set()
    view = await _until_told(desk, _asking())
    assert view.state == "ready"
    assert {step.step_id for step in view.steps} == {step.id for step in plain_script().steps}
    await desk.stop()


async def test_a_refusal_names_the_step_and_the_next_question_tries_again() -> None:
    voice = SlowVoice(refuse="risk")
    voice.may_end.set()
    desk = SpeechDesk(voice.prompts)
    view = await desk.answer(_asking())
    assert (view.state, view.refused_step) == ("refused", "risk")
    voice.refuse = None
    assert (await desk.answer(_asking())).state == "ready"
    await desk.stop()


async def test_scripts_wait_for_their_turn_and_not_without_end() -> None:
    voice = SlowVoice()
    desk = SpeechDesk(voice.prompts)
    views = await asyncio.gather(*(desk.answer(_asking(n)) for n in range(1, MAX_WAITING + 1)))
    assert {view.state for view in views} == {"rendering"}
    with pytest.raises(TooManyAttemptsError):
        await desk.answer(_asking(99))
    voice.may_end.set()
    for number in range(1, MAX_WAITING + 1):
        await _until_told(desk, _asking(number))
    assert voice.rendered == list(range(1, MAX_WAITING + 1))
    await desk.stop()
    await desk.stop()


async def test_a_worker_answers_the_bus(rooms: Studio) -> None:
    await rooms.start_worker()
    request = SpeechRequest(script=plain_script())
    view = await rooms.stage.parts.bus.request("speech.prepare", request, SpeechView)
    assert view.state == "ready"
