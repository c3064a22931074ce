"""``shuanglu run``: the embedded server."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal

import uvloop
from rich.console import Console

from embedded.application import serve
from embedded.exclusive import CannotStartError
from embedded.logs import configure_logs
from embedded.settings import EmbeddedSettings
from shuanglu.script.templates import demonstrations


def run() -> int:
    """Start on embedded defaults; Ctrl-C or SIGTERM stops. The exit status."""
    settings = EmbeddedSettings()
    # Media, keys and names: nobody else on this machine may read what is written here.
    os.umask(0o077)
    configure_logs(settings.data_dir / "logs")
    console = Console(highlight=False, soft_wrap=True)
    try:
        with contextlib.suppress(asyncio.CancelledError):
            uvloop.run(_until_stopped(settings, console))
    except CannotStartError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(error.detail)
        return 1
    console.print("stopped; what was recorded is kept · 已停止,已录内容均已保存")
    return 0


async def _until_stopped(settings: EmbeddedSettings, console: Console) -> None:
    task = asyncio.ensure_future(serve(settings, demonstrations(), console))
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, task.cancel)
    await task
