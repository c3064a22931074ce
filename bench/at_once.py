"""What analysis costs a session when many are analysed at once, and no browser is beside it.

A sale that was overheard (``overheard``) is said again to processes as the server starts them,
for many sessions, at the pace it was said: each is at another place of the sale, evenly over all of
it, goes on to its end and begins again, until it is where it began. So at every moment as many are
asked and answer as in a sale on average. A process that looks at one customer alone sleeps between
two looks and finds its memory cold; a server's does not. Stage: after a sale. Nothing is dropped
here: what is late shows as late.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.analysis_time import ANALYSIS, cpu_seconds
from bench.overheard import Conversation, conversations
from bench.places import Due, last_session, place_in, schedule, within
from media_worker.observe import link as observing
from media_worker.pipe import next_frame
from media_worker.recognise import link as recognising

AT_ONCE = 16
_ENVIRONMENTS = {"observer": observing.ENVIRONMENT, "words": recognising.ENVIRONMENT}


@dataclass(frozen=True, slots=True)
class AtOnce:
    """Of all sessions together, by what was asked: seconds of a core, and how long answers took."""

    cpu_s: dict[str, float]
    answer_p99_ms: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Process:
    name: str
    command: list[str]
    asked: list[Due]


async def say_again(folder: Path) -> AtOnce:
    """The last sale that was overheard, ``AT_ONCE`` times."""
    heard = [(_name(each), each) for each in conversations(folder)]
    observer = next(each for name, each in heard if name == "observer")
    sale = last_session(observer)
    places_s = [place_in(sale, share=number / AT_ONCE) for number in range(AT_ONCE)]
    length_s = sale[-1].at_s - sale[0].at_s
    processes = [
        _Process(name, each.command, schedule(within(each, sale), places_s, length_s))
        for name, each in heard
    ]
    used, late_ms = dict.fromkeys(ANALYSIS, 0.0), {name: list[float]() for name in ANALYSIS}
    start = asyncio.Barrier(len(processes))
    async with asyncio.TaskGroup() as running:
        tasks = [running.create_task(_run(each, start, late_ms[each.name])) for each in processes]
    for each, task in zip(processes, tasks, strict=True):
        used[each.name] += task.result()
    return AtOnce(used, {name: _p99(each) for name, each in late_ms.items()})


def _p99(late_ms: list[float]) -> float:
    return round(sorted(late_ms)[int(len(late_ms) * 0.99)], 1)


def _name(heard: Conversation) -> str:
    return next(name for name, module in ANALYSIS.items() if module in heard.command)


async def _run(process: _Process, start: asyncio.Barrier, late_ms: list[float]) -> float:
    """Say it all; seconds of a core that it took."""
    running = await asyncio.create_subprocess_exec(
        *process.command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, **_ENVIRONMENTS[process.name]},
    )
    await next_frame(running)  # ready
    await start.wait()
    before_s = cpu_seconds(running.pid)
    sent_s: asyncio.Queue[float] = asyncio.Queue()
    answers = sum(due.is_answered for due in process.asked)
    listening = asyncio.create_task(_listen(running, answers, sent_s, late_ms))
    await _say(running, process.asked, sent_s)
    await listening
    used_s = cpu_seconds(running.pid) - before_s
    running.kill()
    await running.wait()
    return used_s


async def _say(
    running: asyncio.subprocess.Process,
    asked: Sequence[Due],
    sent_s: asyncio.Queue[float],
) -> None:
    if running.stdin is None:
        raise ConnectionError("no pipe")
    began_s = time.monotonic()
    for due in asked:
        await asyncio.sleep(max(0.0, began_s + due.at_s - time.monotonic()))
        if due.is_answered:
            sent_s.put_nowait(time.monotonic())
        running.stdin.write(due.message())
        await running.stdin.drain()


async def _listen(
    running: asyncio.subprocess.Process,
    answers: int,
    sent_s: asyncio.Queue[float],
    late_ms: list[float],
) -> None:
    for _ in range(answers):
        await next_frame(running)
        late_ms.append((time.monotonic() - await sent_s.get()) * 1000)
