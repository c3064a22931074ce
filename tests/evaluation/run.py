"""Runs all cases, a few at a time, against one embedded server in a process of its own."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import async_playwright

from demo.server_process import ServerProcess
from demo.staff import StaffClient
from tests.evaluation import play
from tests.evaluation.cases import (
    Genuine,
    Liveness,
    genuine_sessions,
    liveness_sessions,
    watched_people,
)
from tests.evaluation.faces import FaceTest
from tests.evaluation.outcome import Outcomes
from tests.evaluation.people import ASSETS, fetch_photographs
from tests.evaluation.standins import StandIn, stand_in

_SPEECH = ASSETS / "speech"

Keep = Callable[[Outcomes], None]
"""Is given the outcomes after each case, so that a run that is ended loses nothing."""
Case = tuple[str, Callable[[], Awaitable[None]]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for."""

    tiers: frozenset[str]
    most: int | None = None
    """Cuts each tier short, to try the harness."""
    at_once: int = 1
    """Sessions at the same time: each has a browser that encodes, on the same two cores."""


def run(plan: Plan, *, keep: Keep) -> Outcomes:
    """Everything that is asked for."""
    fetch_photographs()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True, prefix="evaluate-") as name:
        server = ServerProcess(Path(name) / "data")
        for part in ("prompts", "objects/prompts"):
            if (_SPEECH / part).exists():
                shutil.copytree(_SPEECH / part, server.data_dir / part, dirs_exist_ok=True)
        if not plan.tiers - {"faces", "components"}:
            return Outcomes(faces=FaceTest().pairs() if "faces" in plan.tiers else [])
        server.start()
        try:
            outcomes = asyncio.run(_run(server, Path(name), plan, keep))
        finally:
            server.stop()
    if "faces" in plan.tiers:
        outcomes.faces += FaceTest().pairs()
    return outcomes


async def _run(server: ServerProcess, folder: Path, plan: Plan, keep: Keep) -> Outcomes:
    outcomes = Outcomes()
    async with StaffClient(server.origin) as staff, async_playwright() as playwright:
        await staff.login(*server.first_login())
        stage = play.Stage(playwright, staff, folder)
        await _all(_cases(stage, outcomes, plan), outcomes, plan.at_once, keep)
    return outcomes


def _cases(stage: play.Stage, outcomes: Outcomes, plan: Plan) -> list[Case]:
    cases: list[Case] = []
    if "anomalies" in plan.tiers:
        people = watched_people()
        pairs = list(zip(people, [*people[1:], people[0]], strict=True))[: plan.most]
        cases += [(f"anomalies {a}", _anomalies(stage, outcomes, a, b)) for a, b in pairs]
    if "standins" in plan.tiers:
        cases += _standins(stage, outcomes)[: plan.most]
    if "liveness" in plan.tiers:
        for attempt in liveness_sessions()[: plan.most]:

            async def prove(attempt: Liveness = attempt) -> None:
                outcomes.liveness.append(await play.liveness(stage, attempt))

            cases.append((f"liveness {attempt.person} {attempt.attack}", prove))
    if "genuine" in plan.tiers:
        for case in genuine_sessions()[: plan.most]:

            async def go(case: Genuine = case) -> None:
                outcomes.genuine.append(await play.genuine(stage, case))

            cases.append((f"genuine {case.person} {case.condition}", go))
    return cases


def _standins(stage: play.Stage, outcomes: Outcomes) -> list[Case]:
    """Each kind with three people, and who stands in for them."""
    people = watched_people()
    cases: list[Case] = []
    for kind in StandIn:
        for name, other in zip(people, [*people[1:], people[0]], strict=True):

            async def go(kind: StandIn = kind, name: str = name, other: str = other) -> None:
                outcomes.standins.append(await stand_in(stage, name, other, kind))

            cases.append((f"standins {name} {kind}", go))
    return cases


def _anomalies(
    stage: play.Stage, outcomes: Outcomes, name: str, other: str
) -> Callable[[], Awaitable[None]]:
    async def go() -> None:
        episodes, quiet = await play.watch_anomalies(stage, name, other)
        outcomes.episodes += episodes
        outcomes.genuine.append(quiet)

    return go


async def _all(cases: list[Case], outcomes: Outcomes, at_once: int, keep: Keep) -> None:
    free = asyncio.Semaphore(at_once)

    async def one(name: str, go: Callable[[], Awaitable[None]]) -> None:
        async with free:
            try:
                await go()
                _say(f"done  {name}")
                keep(outcomes)
            except Exception:  # noqa: BLE001 - a case that breaks is named; the others go on
                outcomes.broken.append(name)
                _say(f"BROKEN {name}\n{traceback.format_exc(limit=4)}")

    await asyncio.gather(*(one(name, go) for name, go in cases))


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
