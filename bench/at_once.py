"""What analysis costs a session when many are analysed at once, and no browser is beside it.

A sale that was overheard (``overheard``) is said again to processes as the server starts them:
the same messages at the same times, for many sessions, each a little later than the one before.
A process that looks at one customer alone sleeps between two looks and finds its memory cold; a
server's does not. Stage: after a sale. Nothing is dropped here: what is late shows as late.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.analysis_time import ANALYSIS, cpu_seconds
from bench.overheard import Conversation, Said, conversations
from media_worker.observe import link as observing
from media_worker.pipe import next_frame
from media_worker.recognise import link as recognising

AT_ONCE = 16
APART_S = 2.0
_ENVIRONMENTS = {"observer": observing.ENVIRONMENT, "words": recognising.ENVIRONMENT}
_LENGTHS_BYTES = 4


@dataclass(frozen=True, slots=True)
class AtOnce:
    """Of all sessions together: seconds of a core, and how long answers took, in milliseconds."""

    cpu_s: dict[str, float]
    answer_p99_ms: float
    answered: int


@dataclass(frozen=True, slots=True)
class _Process:
    name: str
    command: list[str]
    schedule: list[tuple[float, bytes, bool]]
    """When (seconds from the beginning), what, and whether it is answered."""


async def say_again(folder: Path) -> AtOnce:
    """The last sale that was overheard, ``AT_ONCE`` times."""
    heard = [(_name(each), each) for each in conversations(folder)]
    began_s, ended_s = _last_session(next(each for name, each in heard if name == "observer"))
    processes = [
        _Process(name, each.command, _schedule(each, began_s, ended_s)) for name, each in heard
    ]
    used = dict.fromkeys(ANALYSIS, 0.0)
    late_ms: list[float] = []
    start = asyncio.Barrier(len(processes))
    async with asyncio.TaskGroup() as running:
        tasks = [running.create_task(_run(each, start, late_ms)) for each in processes]
    for each, task in zip(processes, tasks, strict=True):
        used[each.name] += task.result()
    late_ms.sort()
    return AtOnce(used, round(late_ms[int(len(late_ms) * 0.99)], 1), len(late_ms))


def _name(heard: Conversation) -> str:
    return next(name for name, module in ANALYSIS.items() if module in heard.command)


def _last_session(observer: Conversation) -> tuple[float, float]:
    opened = [said.at_s for said in observer.said if _type(said) == "open"]
    return opened[-1], observer.said[-1].at_s


def _type(said: Said) -> str:
    return str(json.loads(said.header).get("type", "request"))


def _schedule(
    heard: Conversation, began_s: float, ended_s: float
) -> list[tuple[float, bytes, bool]]:
    said = [each for each in heard.said if began_s <= each.at_s <= ended_s]
    found = [
        (each.at_s - began_s + number * APART_S, _of_session(each, number), _is_answered(each))
        for number in range(AT_ONCE)
        for each in said
    ]
    return sorted(found, key=lambda each: each[0])


def _of_session(said: Said, number: int) -> bytes:
    header = json.loads(said.header)
    if "session" in header:
        header["session"] = number
    text = json.dumps(header).encode()
    lengths = (len(text), len(said.body))
    return b"".join(each.to_bytes(_LENGTHS_BYTES, "big") for each in lengths) + text + said.body


def _is_answered(said: Said) -> bool:
    return _type(said) in {"picture", "sound", "request"}


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
    answers = sum(answered for _, _, answered in process.schedule)
    listening = asyncio.create_task(_listen(running, answers, sent_s, late_ms))
    await _say(running, process.schedule, sent_s)
    await listening
    used_s = cpu_seconds(running.pid) - before_s
    running.kill()
    await running.wait()
    return used_s


async def _say(
    running: asyncio.subprocess.Process,
    schedule: Sequence[tuple[float, bytes, bool]],
    sent_s: asyncio.Queue[float],
) -> None:
    if running.stdin is None:
        raise ConnectionError("no pipe")
    began_s = time.monotonic()
    for due_s, message, answered in schedule:
        await asyncio.sleep(max(0.0, began_s + due_s - time.monotonic()))
        if answered:
            sent_s.put_nowait(time.monotonic())
        running.stdin.write(message)
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
