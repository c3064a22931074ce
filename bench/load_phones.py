"""Phones that send pre-encoded media, in a process of their own. Run as a module.

Arguments: pickled media, how many phones, port of the recorder.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
from pathlib import Path

import aiohttp
import uvloop

from tests.media.assets import Media
from tests.media.phone import SendingPhone

STAGGER_S = 0.12


async def run(media: Media, phones: int, port: int) -> None:
    kept: list[SendingPhone] = []
    async with aiohttp.ClientSession() as http:
        for _ in range(phones):
            phone = SendingPhone(media)
            kept.append(phone)
            url = f"http://127.0.0.1:{port}/offer"
            async with http.post(url, data=await phone.offer()) as answer:
                await phone.answered(await answer.text())
            await asyncio.sleep(STAGGER_S)
        print("connected", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    loaded = pickle.loads(Path(sys.argv[1]).read_bytes())  # noqa: S301 - the bench's own file
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as running:
        running.run(run(loaded, int(sys.argv[2]), int(sys.argv[3])))
