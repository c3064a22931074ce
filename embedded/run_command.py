"""``shuanglu run``: the embedded server."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from importlib import resources

import structlog
import uvloop
import yaml
from rich.console import Console

from embedded.application import serve
from embedded.settings import EmbeddedSettings
from shuanglu.script.model import Script, parse_script


def run() -> None:
    """Start on embedded defaults; Ctrl-C or SIGTERM stops."""
    _configure_logs()
    console = Console(highlight=False, soft_wrap=True)
    with contextlib.suppress(asyncio.CancelledError):
        uvloop.run(_until_stopped(EmbeddedSettings(), console))


async def _until_stopped(settings: EmbeddedSettings, console: Console) -> None:
    task = asyncio.ensure_future(serve(settings, _shipped_scripts(), console))
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, task.cancel)
    await task


def _shipped_scripts() -> list[Script]:
    folder = resources.files("shuanglu.script") / "templates"
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return [
        parse_script(yaml.safe_load(file.read_text(encoding="utf-8")))
        for file in files
        if file.name.endswith(".yaml")
    ]


def _configure_logs() -> None:
    """One JSON object a line on standard error; INFO and above."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
