"""Plays one case in a browser of its own and says what came of it.

Stage: between the cases and the outcomes. A case is judged only by the server's timeline.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from playwright.async_api import Error, Playwright

from demo.body import OwnBody
from demo.customer import STEP_TIMEOUT_MS
from demo.demo_customer import make_body
from demo.film import Person, film_of
from demo.id_card import Citizen
from demo.live_camera import Optics
from demo.replay import Tape, TapePlayer
from demo.staff import RENEWAL, WHOLE_SALE, StaffClient
from tests.evaluation.cases import SEED, WOMEN, Attack, Genuine, Liveness, voice_of
from tests.evaluation.disguises import OnAScreen, PrintedPhoto, glasses
from tests.evaluation.episodes import Company, Episode, episodes
from tests.evaluation.intruders import LivePuppet, PhotoHolder
from tests.evaluation.outcome import QUIET, EpisodeOutcome, GenuineOutcome, LivenessOutcome
from tests.evaluation.people import ASSETS, person
from tests.evaluation.watched import Alert, Joined, Told, joined, now_s, settled, told

REST_S = 4.5
"""Between two episodes: every alert ends within three seconds of its cause."""
LATE_S = 3.0
"""An alert that comes this long after the end of its cause still belongs to it."""
LIVENESS_TIMEOUT_S = 170.0
_WAITS = """() =>
    document.querySelector('[data-kind="question"][data-awaiting="true"]') !== null"""


class Stage:
    """What all cases share: the browser's driver, the server, a folder for camera files."""

    def __init__(self, playwright: Playwright, staff: StaffClient, folder: Path) -> None:
        self.playwright = playwright
        self.staff = staff
        self._folder = folder
        self._number = 0

    async def body(self, who: Person, optics: Optics | None = None) -> OwnBody:
        """Somebody with a camera of his own."""
        self._number += 1
        name = who.name.split("-")[0]
        return await asyncio.to_thread(
            make_body,
            self._folder / f"camera-{self._number}.y4m",
            ASSETS,
            person=who,
            citizen=citizen_of(name),
            voice=voice_of(name),
            seed=SEED + self._number,
            optics=optics,
        )

    @asynccontextmanager
    async def session(
        self, body: OwnBody, name: str, script_id: str, video_bps: int | None = None
    ) -> AsyncIterator[Joined]:
        """Joined, with the device checked."""
        async with joined(
            self.playwright,
            self.staff,
            body,
            body.camera.path,
            citizen=citizen_of(name),
            script_id=script_id,
            video_bps=video_bps,
        ) as session:
            yield session


def citizen_of(name: str) -> Citizen:
    """A fictitious citizen for a photograph; every person another number."""
    return Citizen(name="演示客户", female=name in WOMEN, serial=10 + sum(map(ord, name)) % 80)


# --- anomalies in one session ---------------------------------------------------------------


async def watch_anomalies(
    stage: Stage, name: str, other_name: str
) -> tuple[list[EpisodeOutcome], GenuineOutcome]:
    """One person, the script at a question, and every anomaly in turn."""
    who, other = person(name), person(other_name)
    body = await stage.body(who)
    company = Company(
        await asyncio.to_thread(film_of, other, ASSETS / "people"), who.points, body.speech
    )
    with body.camera:
        async with stage.session(body, name, RENEWAL) as session:
            began_s = now_s()
            await session.page.wait_for_function(_WAITS, timeout=STEP_TIMEOUT_MS)
            await asyncio.sleep(REST_S)
            before = await told(stage.staff, session.session_id)
            quiet = GenuineOutcome(name, QUIET, now_s() - began_s, _names(before.alerts))
            outcomes = [
                await _play(stage, session, name, episode)
                for episode in episodes(body, session.page, company)
            ]
    return outcomes, quiet


async def _play(stage: Stage, session: Joined, name: str, episode: Episode) -> EpisodeOutcome:
    began_s = now_s()
    fact_s = await episode.begin() or began_s
    await asyncio.sleep(episode.hold_s)
    await episode.end()
    ended_s = now_s()
    timeline = await settled(stage.staff, session.session_id, quiet_s=REST_S)
    during = [a for a in timeline.alerts if began_s <= a.raised_s <= ended_s + LATE_S]
    right = next((a for a in during if a.name in episode.alerts), None)
    wrong = [a for a in during if a.name not in episode.alerts | episode.also]
    return EpisodeOutcome(
        person=name,
        name=episode.name,
        sense=episode.sense,
        verdict="caught" if right else "missed",
        to_alert_s=round(max(0.0, right.raised_s - fact_s), 3) if right else None,
        alert=right.name if right else None,
        false_alarms=_names(wrong),
    )


def _names(alerts: list[Alert]) -> tuple[str, ...]:
    return tuple(alert.name for alert in alerts)


# --- genuine sessions -----------------------------------------------------------------------


async def genuine(stage: Stage, case: Genuine) -> GenuineOutcome:
    """From the device check to the end of the document, doing all that is asked."""
    who = person(case.person)
    if case.glasses:
        drawn = glasses(who.picture, who.points)
        who = replace(who, name=f"{who.name}-glasses", picture=drawn)
    body = await stage.body(who, case.optics)
    with body.camera:
        async with stage.session(body, case.person, RENEWAL, case.video_bps) as session:
            began_s = now_s()
            while await session.customer.next_step() != "prospectus":
                pass
            timeline = await settled(stage.staff, session.session_id)
            return GenuineOutcome(
                case.person,
                case.condition,
                round(now_s() - began_s, 1),
                _names(timeline.alerts),
                tuple(p["reason"] for p in timeline.payloads("step.failed")),
            )


# --- liveness -------------------------------------------------------------------------------


async def liveness(stage: Stage, case: Liveness) -> LivenessOutcome:
    """Through identity and liveness, until the step is passed, given up or out of time."""
    who = person(case.person)
    honest = await stage.body(who)
    with honest.camera:
        async with stage.session(honest, case.person, WHOLE_SALE) as session:
            while await session.customer.next_step() != "identity":
                pass
            body = await _holder(honest, who, case.attack)
            if body is not honest:
                session.customer.hand_over(body)
            began_s = time.monotonic()
            await _until_liveness_is_over(stage, session)
            timeline = await settled(stage.staff, session.session_id, quiet_s=1.0)
    return _liveness_outcome(case, timeline, time.monotonic() - began_s)


async def _holder(honest: OwnBody, who: Person, attack: Attack) -> OwnBody:
    match attack:
        case Attack.VIRTUAL_REPLAY | Attack.SCREEN_REPLAY:
            tape = await asyncio.to_thread(Tape, honest, seed=SEED + 1)
            if attack is Attack.VIRTUAL_REPLAY:
                return TapePlayer(honest, tape)
            return TapePlayer(honest, tape, screen=lambda shown: OnAScreen(shown, seed=5))
        case Attack.PHOTO | Attack.CUT_MOUTH:
            cut = attack is Attack.CUT_MOUTH
            photo = PrintedPhoto(honest.person.film, who.points, seed=SEED, cut_mouth=cut)
            return PhotoHolder(honest, photo, cut_mouth=cut)
        case Attack.LATE_PUPPET:
            return LivePuppet(honest, flash_late_s=0.9)
        case Attack.DARK_PUPPET:
            return LivePuppet(honest, flash_late_s=None)
    return honest


async def _until_liveness_is_over(stage: Stage, session: Joined) -> None:
    until = time.monotonic() + LIVENESS_TIMEOUT_S
    while time.monotonic() < until:
        try:
            step = await asyncio.wait_for(session.customer.next_step(), until - time.monotonic())
        except (TimeoutError, Error, AssertionError):
            return
        timeline = await told(stage.staff, session.session_id)
        if step != "liveness" or _is_passed(timeline):
            return


def _is_passed(timeline: Told) -> bool:
    return any(p["step_id"] == "liveness" for p in timeline.payloads("step.completed"))


def _liveness_outcome(case: Liveness, timeline: Told, seconds: float) -> LivenessOutcome:
    judged = timeline.payloads("liveness.judged")
    return LivenessOutcome(
        case.person,
        case.attack,
        _is_passed(timeline),
        tuple(f"{p['kind']}:{p['outcome']}" for p in judged),
        _names(timeline.alerts),
        round(seconds, 1),
    )
