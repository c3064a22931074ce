"""A real Chromium whose microphone stumbles: its sound is brought back to the picture."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from demo.browser import launch, phone
from demo.media_assets import fake_camera, fake_microphone
from media_worker.frames import EncodedFrame
from media_worker.models.registry import ModelRegistry, ModelSettings
from media_worker.play.track import VoiceTrack
from media_worker.receive.peer import ClocksStepped, PeerEvent, PhonePeer
from media_worker.receive.settings import ReceiveSettings
from shuanglu.clock import SystemClock
from tests.media.session import LOOPBACK, until
from tests.media.test_chromium_layers import ACCEPT, ASSETS, OFFER

STUMBLE_S = 0.6
LOST_MS = 350.0
"""Of the sound that falls into the stumble at least so much; some is buffered and comes late."""
AUDIO_SERVICE = "--utility-sub-type=audio.mojom.AudioService"


def descendants(pid: int) -> Iterator[int]:
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, children.read_text().split()):
            yield child
            yield from descendants(child)


def command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")


async def stumble() -> None:
    """Stop what captures sound in our browser for a while, as an overloaded phone does."""
    ours = [pid for pid in descendants(os.getpid()) if AUDIO_SERVICE in command_line(pid)]
    assert ours
    for pid in ours:
        os.kill(pid, signal.SIGSTOP)
    await asyncio.sleep(STUMBLE_S)
    for pid in ours:
        os.kill(pid, signal.SIGCONT)


@pytest.mark.slow
async def test_sound_that_the_phone_lost_does_not_move_the_rest() -> None:
    frames: list[EncodedFrame] = []
    events: list[PeerEvent] = []
    peer = PhonePeer(
        outgoing=VoiceTrack(),
        settings=ReceiveSettings(host_addresses=LOOPBACK),
        clock=SystemClock(),
        on_frame=frames.append,
        on_event=events.append,
        media_offset_ms=lambda: 0,
    )
    camera, microphone = (
        fake_camera(ASSETS),
        fake_microphone(ASSETS, ModelRegistry(ModelSettings())),
    )

    def steps() -> list[float]:
        return [each.audio_step_ms for each in events if isinstance(each, ClocksStepped)]

    def behind_ms() -> float:
        """How far the newest sound is behind the newest picture."""
        newest = {frame.kind: frame.pts_ms for frame in frames}
        return newest["video"] - newest["audio"]

    async with async_playwright() as playwright:
        browser = await launch(playwright, camera=camera, microphone=microphone)
        async with phone(browser, authenticator=False) as page:
            await page.goto("chrome://version")
            await page.evaluate(ACCEPT, await peer.accept(await page.evaluate(OFFER)))
            await until(lambda: bool(steps()), within_s=60)
            await stumble()
            await until(lambda: sum(steps()[1:]) > LOST_MS, within_s=40)
            await until(lambda: abs(behind_ms()) < LOST_MS, within_s=5)
        await browser.close()
    await peer.close()
