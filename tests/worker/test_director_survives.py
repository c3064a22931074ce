"""A failure that nobody meant is logged and told, and the script goes on afterwards."""

from __future__ import annotations

import asyncio

import structlog

from media_worker.play.track import VoiceTrack
from shuanglu.script.runner import RunPhase
from shuanglu.timeline import events as ev
from tests.media.session import until
from tests.worker.small_stage import SmallStage


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
