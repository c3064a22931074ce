"""A microphone in the browser that says what Python tells it, when it tells it.

Stage: beside the page, by an init script. Chromium reads a fake microphone's file only when
it starts; a person speaks when it is his turn. The page's own code is untouched.
"""

from __future__ import annotations

import base64
from pathlib import Path

from playwright.async_api import BrowserContext, Page

from demo.microphone import ROOM_NOISE_DBFS

_SCRIPT = Path(__file__).with_name("synthetic_microphone.js")


async def install_microphone(
    context: BrowserContext, *, room_noise_dbfs: float = ROOM_NOISE_DBFS
) -> None:
    """Every page of the context gets the microphone; to be called before a page is opened."""
    script = _SCRIPT.read_text(encoding="utf-8")
    await context.add_init_script(script.replace("__ROOM_NOISE_DBFS__", str(room_noise_dbfs)))


async def play(page: Page, wav: bytes, *, gain: float = 1.0) -> float:
    """Begin to play into the microphone; how long it takes, in seconds."""
    encoded = base64.b64encode(wav).decode("ascii")
    script = "([wav, gain]) => window.syntheticMicrophone.play(wav, gain)"
    return float(await page.evaluate(script, [encoded, gain]))


async def mute(page: Page, *, muted: bool = True) -> None:
    """Not even the room is heard any more."""
    await page.evaluate("muted => window.syntheticMicrophone.mute(muted)", muted)
