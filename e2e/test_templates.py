"""Every template, every branch: on an emulated phone, by customers who go each way once.

A template's first way is gone with its own words; for the other ways each step only says its
title, or they would take a working day. Two of the short ones run with ``make test``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import count
from typing import Any

import pytest
import yaml
from playwright.async_api import Browser, Page

from demo.body import OwnBody
from demo.brief import brief
from demo.browser import phone
from demo.demo_customer import cards_of
from demo.film import demo_person
from demo.id_card import Citizen
from demo.publishing import publish
from demo.server_process import ServerProcess
from demo.staff import StaffClient
from demo.wayfarer import Wayfarer, citizen_of
from demo.ways import Way, ways_of
from e2e.checks import accessible, fits, payloads, verified
from e2e.conftest import MOST_SALES, Look
from e2e.earlier import assess_earlier, earlier_of, today
from shuanglu.script.model import Script, parse_script
from shuanglu.script.runner import fold
from shuanglu.script.templates import template, template_ids
from shuanglu.script.verdict import judge
from tests.script.scripts import chained
from tests.script.templates.customer import Customer

PREFIX = "zz-"
"""Last in every list: other tests take the first script."""
IN_MAKE_TEST = {
    ("loan-signing", "credit-report:not-agreed"),
    ("bank-wealth", "risk-questionnaire:unsuitable-1"),
}
CHECKED_STEPS = {"identity", "liveness"}


@cache
def script_of(template_id: str, *, is_brief: bool) -> Script:
    script = parse_script(yaml.safe_load(template(template_id).text))
    script = brief(script) if is_brief else script
    return script.model_copy(update={"id": f"{PREFIX}{script.id}"})


def _trips() -> Iterator[Any]:
    for template_id in template_ids():
        for number, way in enumerate(ways_of(script_of(template_id, is_brief=True))):
            trip = (template_id, number, True)
            name = f"{template_id}-{number}-{way.name}"
            is_quick = (template_id, way.name) in IN_MAKE_TEST
            yield pytest.param(*trip, id=name, marks=() if is_quick else pytest.mark.slow)
        yield pytest.param(template_id, 0, False, id=f"{template_id}-whole", marks=pytest.mark.slow)


@pytest.fixture(scope="session")
def published() -> set[str]:
    """What was published in this run."""
    return set()


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    """Nobody comes twice: assessments are counted a customer."""
    return count()


@pytest.fixture(scope="session")
def inspected() -> set[str]:
    """Screens of each script that were looked at: the ways share most of theirs."""
    return set()


class Trips:
    """What one trip needs of the run."""

    def __init__(
        self,
        server: ServerProcess,
        staff: StaffClient,
        living: tuple[Browser, OwnBody],
        inspected: set[str],
    ) -> None:
        self.server, self.staff = server, staff
        self.browser, self.body = living
        self.inspected = inspected


@pytest.mark.parametrize(("template_id", "number", "is_brief"), list(_trips()))
async def test_a_customer_goes_each_way(
    *,
    template_id: str,
    number: int,
    is_brief: bool,
    server: ServerProcess,
    staff: StaffClient,
    reader: StaffClient,
    living: tuple[Browser, OwnBody],
    published: set[str],
    numbers: Iterator[int],
    inspected: set[str],
    look: Look,
) -> None:
    script = script_of(template_id, is_brief=is_brief)
    way = ways_of(script)[number]
    if script.id not in published:
        await publish(staff, reader, script)
        published.add(script.id)
    trips = Trips(server, staff, living, inspected)
    for _ in range(MOST_SALES):
        citizen = citizen_of(way, today(), next(numbers))
        session = await _gone(trips, script, way, citizen, look)
        if not _was_taken_for_somebody_else(session):
            break
    _as_simulated(script, way, session)
    if way.ending is None:
        verified(await staff.package(session["summary"]["session_id"]))


async def _gone(
    trips: Trips, script: Script, way: Way, citizen: Citizen, look: Look
) -> dict[str, Any]:
    """One customer goes; the session afterwards."""
    await _remembered(trips, script, way, citizen)
    trips.body.cards.update(cards_of(citizen, demo_person()))
    invitation = await _invited(trips.staff, script, way, citizen)
    errors: list[str] = []

    async def inspect(name: str, page: Page) -> None:
        screen = f"way-{script.id}-{name}"
        if screen in trips.inspected:
            return
        trips.inspected.add(screen)
        await look(screen, page)
        await fits(page)
        await accessible(page)

    async with phone(trips.browser, body=trips.body) as page:
        page.on("pageerror", lambda error: errors.append(str(error)))
        wayfarer = Wayfarer(page, script, way, body=trips.body, citizen=citizen, look=inspect)
        await wayfarer.go(invitation["url"])
        if await page.get_by_test_id("staffed").is_visible():
            await inspect("staffed", page)
        else:
            await wayfarer.receipt()
    assert errors == []
    return await trips.staff.session(invitation["session_id"])


async def _invited(
    staff: StaffClient, script: Script, way: Way, citizen: Citizen
) -> dict[str, Any]:
    told = way.branch.known.circumstances
    known = {} if told is None else told.model_dump(mode="json", exclude_none=True)
    known.pop("sale_date", None)
    return await staff.invite(customer_name=citizen.name, script_id=script.id, circumstances=known)


async def _remembered(trips: Trips, script: Script, way: Way, citizen: Citizen) -> None:
    """What the server knows of him from before, where the way supposes it."""
    earlier = earlier_of(way.branch.known)
    if earlier is not None:
        other = await _invited(trips.staff, script, way, citizen)
        await assess_earlier(trips.server, other["session_id"], citizen, *earlier)


def _was_taken_for_somebody_else(session: dict[str, Any]) -> bool:
    """A puppet whose pictures come late on a busy machine is handed to a person early on."""
    begun = [payload["step_id"] for payload in payloads(session, "step.begun")]
    return bool(payloads(session, "route.staffed")) and begun[-1] in CHECKED_STEPS


def _as_simulated(script: Script, way: Way, session: dict[str, Any]) -> None:
    """Steps, end and verdict are what the pure run of the same way comes to."""
    events = chained(Customer(script, way.branch, way.answers).way())
    state = fold(script, events)
    done = [payload["step_id"] for payload in payloads(session, "step.completed")]
    assert tuple(done) == way.completed
    assert set(done) == state.completed
    refused = [p["step_id"] for p in payloads(session, "step.failed")]
    assert set(way.first).intersection(done) <= set(refused), "a refusal was not asked again"
    simulated = [e.payload.model_dump(mode="json") for e in events]
    for kind in ("script.stopped", "route.staffed"):
        ended = [_end(payload) for payload in simulated if payload["type"] == kind]
        assert [_end(payload) for payload in payloads(session, kind)] == ended
    if way.ending is not None and way.ending.then == "person":
        assert session["summary"]["phase"] == "staffed"
        return
    verdict = judge(script, events)
    given = payloads(session, "verdict.given")[-1]
    assert given["outcome"] == verdict.outcome
    missing = [(each["step_id"], each["reason"]) for each in given["missing"]]
    assert missing == [(each.step_id, each.reason) for each in verdict.missing]
    assert session["summary"]["outcome"] == verdict.outcome


def _end(payload: dict[str, Any]) -> tuple[str | None, str]:
    return payload.get("step_id"), payload["reason"]
