"""Runs the rendering process and hands on its reports as they come.

Stage: between the cache and the rendering process. It never blocks the event
loop, and never leaves the process behind, whatever ends the wait.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from pydantic import ValidationError

from media_worker.play.render_job import Job, Report
from shuanglu.errors import InvalidInputError

SECONDS_A_TEXT = 180
"""Deadline for one text: 1200 characters are about five minutes of speech at RTF 0.5."""


class RenderError(InvalidInputError):
    """A prompt could not be rendered; ``field`` is the step's id."""

    code = "prompt_unrenderable"


class NoVoiceError(RenderError):
    """The script names a voice that is not there."""


class RenderingBrokeError(RenderError):
    """Rendering broke down or took too long: the words may be fine."""


async def run_job(job: Job, keep: Callable[[Report, Path], Awaitable[None]]) -> None:
    """Render the job's texts in a process; ``keep`` each report as it comes."""
    with tempfile.TemporaryDirectory(prefix="prompts-") as scratch:
        here = job.model_copy(update={"into": Path(scratch)})
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "media_worker.play.render_process"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C in a terminal is for the parent, which ends this
        )
        try:
            await _follow(process, here, keep)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def _follow(
    process: asyncio.subprocess.Process,
    job: Job,
    keep: Callable[[Report, Path], Awaitable[None]],
) -> None:
    if process.stdin is None or process.stdout is None:
        raise RenderingBrokeError("the rendering process has no pipes")
    process.stdin.write(job.model_dump_json().encode())
    process.stdin.write_eof()
    for text in job.texts:
        line = await _line(process.stdout, text.id)
        await keep(_report(line, text.id), job.into)


async def _line(stdout: asyncio.StreamReader, step_id: str) -> bytes:
    try:
        async with asyncio.timeout(SECONDS_A_TEXT):
            return await stdout.readline()
    except TimeoutError as error:
        raise RenderingBrokeError(
            f"step {step_id}: rendering took too long", field=step_id
        ) from error


def _report(line: bytes, step_id: str) -> Report:
    try:
        report = Report.model_validate_json(line)
    except ValidationError as error:
        raise RenderingBrokeError(
            f"step {step_id}: the rendering process died", field=step_id
        ) from error
    if report.id != step_id:
        raise RenderingBrokeError(
            f"step {step_id}: the rendering process lost its place", field=step_id
        )
    return report
