"""How long a whole sale of a wealth-management product takes beside its speech.

A co-operative customer goes through the template ``bank-wealth`` as it is, in self-service, on
an emulated phone, questionnaire and all. His own part is in the time: he answers aloud, shows
his card, reads, signs. Timed by the record; taps are counted on his page.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from playwright.async_api import Page, async_playwright

from bench.analysis_time import analysis_seconds
from bench.at_once import AT_ONCE, AtOnce, say_again
from bench.overheard import launcher
from demo.body import OwnBody, camera_path
from demo.browser import launch, phone
from demo.demo_customer import cards_of, make_body
from demo.film import demo_person
from demo.id_card import Citizen
from demo.kept_speech import served
from demo.media_assets import fake_microphone
from demo.publishing import publish
from demo.server_process import ServerProcess
from demo.speech import spoken_digits
from demo.staff import StaffClient
from demo.wayfarer import Wayfarer
from demo.ways import Way, cooperative
from embedded.settings import EmbeddedSettings
from embedded.staff_command import give_login
from shuanglu.errors import UnavailableError
from shuanglu.script.conditions import Value
from shuanglu.script.model import Script, parse_script
from shuanglu.script.templates import template

ASSETS = Path(__file__).parents[1] / "tests" / "artifacts"
TEMPLATE = "bank-wealth"
TOLD: dict[str, Value] = {"channel": "self_service", "product_risk": 3, "returning": False}
AGE, LEVEL = 36, 4
MOST_SALES = 3
PATIENCE_S = 4.0
"""He taps his answer only where the page does not go on by his words, as it tells him to."""
TARGET = 1.2
TAPS_TARGET = 1.0
ANALYSIS_TARGET = 0.05
_WHY = ("missing", "not_evaluated", "notes")
"""What the verdict says of a sale that is not complete."""
_PAIRS = [f"{number:02}" for number in range(100)]
"""Of digits: read aloud at sight, not after a voice was rendered."""
_COUNT_TAPS = """(() => {
    const taps = {};
    window.tapsByStep = () => taps;
    addEventListener("click", event => {
        const step = document.querySelector("[data-testid=step]");
        if (step === null || !event.isTrusted) return;
        if (event.target.closest("button, a, label, [role=button]") === null) return;
        taps[step.dataset.step] = (taps[step.dataset.step] ?? 0) + 1;
    }, true);
})()"""


@dataclass(frozen=True, slots=True)
class StepTime:
    """One step that was completed, in milliseconds."""

    step_id: str
    kind: str
    before_ms: int
    """From the end of the step before to the first word."""
    speech_ms: int
    turn_ms: int
    """From the last word to the end of the step."""
    taps: int


@dataclass(frozen=True, slots=True)
class Sale:
    """A sale that was gone through: its record, and what was seen of it from outside."""

    session: Mapping[str, Any]
    taps: Mapping[str, int]
    sealed_s: float
    """When the phone showed the receipt."""
    analysis_s: Mapping[str, float]
    """Seconds of a core that the observers and the recognisers used for it."""


def run() -> list[dict[str, Any]]:
    """``script_over_speech``, ``customer_taps_per_step`` and ``analysis_core_share``."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        heard = Path(folder) / "heard"
        names = ("SHUANGLU_OBSERVER_LAUNCHER", "SHUANGLU_RECOGNISER_LAUNCHER")
        environment = dict.fromkeys(names, launcher(heard))
        server = ServerProcess(Path(folder) / "data", environment=environment)
        with served(server, ASSETS / "speech"):
            sale, script = asyncio.run(_measure(server, Path(folder)))
        at_once = asyncio.run(say_again(heard))
    steps = _step_times(script, sale)
    return [_time_figure(sale, steps), _taps_figure(steps), _analysis_figure(sale, at_once)]


async def _measure(server: ServerProcess, folder: Path) -> tuple[Sale, Script]:
    script = parse_script(yaml.safe_load(template(TEMPLATE).text))
    body = make_body(camera_path(folder), ASSETS)
    microphone = fake_microphone(ASSETS)
    settings = EmbeddedSettings.model_validate({"data_dir": server.data_dir})
    password = await give_login(settings, "second-eyes")
    async with StaffClient(server.origin) as staff, StaffClient(server.origin) as reader:
        await staff.login(*server.first_login())
        await reader.login("second-eyes", password)
        await publish(staff, reader, script)
        with body.camera:
            async with async_playwright() as playwright:
                browser = await launch(playwright, camera=body.camera.path, microphone=microphone)
                for _ in range(MOST_SALES):
                    async with phone(browser, body=body) as page:
                        sale = await _sale(server, staff, page, body, script)
                    if sale.session["summary"]["outcome"] is not None:
                        return sale, script
    raise UnavailableError("a person was called every time: this machine is too busy to measure")


async def _sale(
    server: ServerProcess, staff: StaffClient, page: Page, body: OwnBody, script: Script
) -> Sale:
    citizen = Citizen()
    body.cards.update(cards_of(citizen, demo_person()))
    await page.add_init_script(_COUNT_TAPS)
    invitation = await staff.invite(
        customer_name=citizen.name, script_id=script.id, circumstances=TOLD
    )
    await body.rehearse(tuple(pair for digits in _PAIRS for pair in spoken_digits(digits)))
    wayfarer = Wayfarer(
        page, script, _way(script), body=body, citizen=citizen, patience_s=PATIENCE_S
    )
    before = analysis_seconds(server.pid)
    await wayfarer.go(invitation["url"])
    taps = await page.evaluate("window.tapsByStep()")
    if not await page.get_by_test_id("staffed").is_visible():
        await wayfarer.receipt()
    sealed_s = time.time()
    used = {each: now - before[each] for each, now in analysis_seconds(server.pid).items()}
    return Sale(await staff.session(invitation["session_id"]), taps, sealed_s, used)


def _way(script: Script) -> Way:
    return cooperative(script, {**TOLD, "age": AGE, "risk_level": LEVEL})


def _step_times(script: Script, sale: Sale) -> list[StepTime]:
    """Of every completed step; speech that was played again counts once, as the speech does."""
    found: list[StepTime] = []
    ended, started, played, speech_ms = _first_begun(sale.session), 0.0, 0.0, 0
    for event in sale.session["events"]:
        payload, at = event["payload"], _seconds(event)
        match payload["type"]:
            case "prompt.started":
                started, speech_ms = at, int(payload["duration_ms"])
            case "prompt.played":
                played = started + speech_ms / 1000
            case "step.completed":
                step_id = payload["step_id"]
                found.append(
                    StepTime(
                        step_id=step_id,
                        kind=script.step(step_id).kind,
                        before_ms=round((started - ended) * 1000),
                        speech_ms=speech_ms,
                        turn_ms=round((at - played) * 1000),
                        taps=sale.taps.get(step_id, 0),
                    )
                )
                ended = at
    return found


def _first_begun(session: Mapping[str, Any]) -> float:
    return next(_seconds(e) for e in session["events"] if e["payload"]["type"] == "step.begun")


def _first_spoken(session: Mapping[str, Any]) -> float:
    return next(_seconds(e) for e in session["events"] if e["payload"]["type"] == "prompt.started")


def _seconds(event: Mapping[str, Any]) -> float:
    return datetime.fromisoformat(event["recorded_at"]).timestamp()


def _time_figure(sale: Sale, steps: list[StepTime]) -> dict[str, Any]:
    session, first = sale.session, _first_spoken(sale.session)
    speech_s = sum(step.speech_ms for step in steps) / 1000
    ratio = round((sale.sealed_s - first) / speech_s, 3)
    failed_s = _failed_s(session)
    lost = sorted(steps, key=lambda step: -(step.before_ms + step.turn_ms))
    return {
        "name": "script_over_speech",
        "value": ratio,
        "unit": "times",
        "target": f"<= {TARGET}",
        "holds": ratio <= TARGET and session["summary"]["outcome"] == "complete",
        "details": {
            "outcome": session["summary"]["outcome"],
            "why": {name: session[f"verdict_{name}"] for name in _WHY},
            "whole_s": round(sale.sealed_s - first, 1),
            "speech_s": round(speech_s, 1),
            "failed_attempts_s": failed_s,
            "without_failed_attempts": round((sale.sealed_s - first - sum(failed_s)) / speech_s, 3),
            "before_s": round(sum(step.before_ms for step in steps) / 1000, 1),
            "turns_s": _by_kind(steps),
            "steps": [asdict(step) for step in lost],
        },
    }


def _failed_s(session: Mapping[str, Any]) -> list[float]:
    """How long each attempt took that did not stand: its speech and the customer's turn."""
    found, begun = [], 0.0
    for event in session["events"]:
        match event["payload"]["type"]:
            case "step.begun":
                begun = _seconds(event)
            case "step.failed":
                found.append(round(_seconds(event) - begun, 1))
    return found


def _by_kind(steps: list[StepTime]) -> dict[str, float]:
    """Where the time beside the speech goes: seconds of the customer's turns."""
    kinds = sorted({step.kind for step in steps})
    return {
        kind: round(sum(step.turn_ms for step in steps if step.kind == kind) / 1000, 1)
        for kind in kinds
    }


def _taps_figure(steps: list[StepTime]) -> dict[str, Any]:
    mean = round(sum(step.taps for step in steps) / len(steps), 2)
    most = max(steps, key=lambda step: step.taps)
    return {
        "name": "customer_taps_per_step",
        "value": mean,
        "unit": "taps",
        "target": f"<= {TAPS_TARGET}",
        "holds": mean <= TAPS_TARGET,
        "details": {
            "most": {"step_id": most.step_id, "taps": most.taps},
            "more_than_one": {step.step_id: step.taps for step in steps if step.taps > 1},
        },
    }


def _analysis_figure(sale: Sale, at_once: AtOnce) -> dict[str, Any]:
    """Averaged over the sale: liveness and spoken answers cost far more than the rest."""
    lasted_s = sale.sealed_s - _first_spoken(sale.session)
    each_s = {name: used / AT_ONCE for name, used in at_once.cpu_s.items()}
    share = _share(each_s, lasted_s)
    return {
        "name": "analysis_core_share",
        "value": share,
        "unit": "cores",
        "target": f"<= {ANALYSIS_TARGET}",
        "holds": share <= ANALYSIS_TARGET,
        "details": {
            "sessions_at_once": AT_ONCE,
            "lasted_s": round(lasted_s, 1),
            "cpu_s": {name: round(used, 1) for name, used in each_s.items()},
            "answer_p99_ms": at_once.answer_p99_ms,
            "alone_beside_the_browser": {
                "share": _share(sale.analysis_s, lasted_s),
                "cpu_s": {name: round(used, 1) for name, used in sale.analysis_s.items()},
            },
            "challenges": sum(
                event["payload"]["type"] == "liveness.challenged"
                for event in sale.session["events"]
            ),
        },
    }


def _share(cpu_s: Mapping[str, float], lasted_s: float) -> float:
    return round(sum(cpu_s.values()) / lasted_s, 3)
