"""A failure that nobody meant is logged and told, and the script goes on afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import structlog

from media_worker.direct.director import Director, VoiceEvidence
from media_worker.play.prompt import RenderedPrompt
from media_worker.play.track import VoiceTrack
from shuanglu.script.runner import RunPhase, RunState, apply
from shuanglu.timeline import events as ev
from shuanglu.wire.signalling import PromptEndedNotice, PromptProof, PromptStartedNotice
from tests.media.session import until
from tests.script.scripts import small_script
from tests.worker.customer import GOOD

PROMPT = RenderedPrompt(
    sha256="0" * 64, packets=(b"\x00",) * 15, duration_ms=300, cues=(), synthetic=True
)


class SmallStage:
    """A stage in memory; the first ``failures`` appends fail in a way that nobody planned."""

    script = small_script()
    vad_sha256 = ""

    def __init__(self, *, failures: int = 0) -> None:
        self.state: RunState = replace(RunState(), phase=RunPhase.BETWEEN)
        self.prompts: Mapping[str, RenderedPrompt] = MappingProxyType(
            {step.id: PROMPT for step in self.script.steps}
        )
        self.appended: list[ev.Payload] = []
        self.track = VoiceTrack()
        self.director = Director(self, on_change=self.changed)
        self.stalls: list[bool] = []
        self._failures = failures

    def changed(self) -> None:
        self.stalls.append(self.director.stalled)
        self.director.wake()

    def on_air(self) -> bool:
        return True

    def now_ms(self) -> int:
        return 0

    async def append(self, actor: ev.Actor, *payloads: ev.Payload) -> None:
        del actor
        if self._failures:
            self._failures -= 1
            raise LookupError("张三's number is 138…")
        for payload in payloads:
            self.appended.append(payload)
            self.state = apply(self.script, self.state, payload)

    async def tell(self, message: PromptStartedNotice | PromptEndedNotice) -> None:
        if isinstance(message, PromptEndedNotice):
            proof = PromptProof(step_id=message.step_id, attempt=message.attempt, proof=GOOD)
            self.director.proof_arrived(proof)

    async def play(self, prompt: RenderedPrompt) -> None:
        await self.track.play(prompt.packets)

    async def voice(self, from_ms: int, to_ms: int, *, timeout_s: float) -> VoiceEvidence:
        raise NotImplementedError

    async def finish(self) -> None:
        raise NotImplementedError


async def send_all(track: VoiceTrack) -> None:
    while True:
        await track.recv()


async def test_an_unplanned_failure_is_told_and_tried_again() -> None:
    stage = SmallStage(failures=1)
    sending = asyncio.create_task(send_all(stage.track))
    with structlog.testing.capture_logs() as logs:
        stage.director.start()
        stage.director.wake()
        await until(lambda: stage.state.phase is RunPhase.AWAITING)
    assert True in stage.stalls
    assert not stage.director.stalled
    (failed,) = [line for line in logs if line["event"] == "director failed"]
    assert failed["error"] == "LookupError"
    assert "138" not in str(logs), "an exception's words may be personal"
    await stage.director.stop()
    sending.cancel()


async def test_a_prompt_that_is_cut_is_told_and_played_again() -> None:
    stage = SmallStage()
    stage.director.start()
    stage.director.wake()
    await until(lambda: stage.director.prompt_playing)
    stage.track.silence()
    await until(lambda: any(isinstance(p, ev.PromptInterrupted) for p in stage.appended))
    sending = asyncio.create_task(send_all(stage.track))
    await until(lambda: any(isinstance(p, ev.PromptPlayed) for p in stage.appended))
    await stage.director.stop()
    sending.cancel()
