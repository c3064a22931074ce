"""Somebody else does what only the customer may: a loudspeaker answers, the seller signs.

Stage: between the cases and the outcomes. Each is played at its own step of a sale that is else
genuine, and judged by nothing but the server's timeline: an alert, or a step that does not stand.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from enum import StrEnum

from playwright.async_api import Error

from demo import synthetic_microphone
from demo.body import OwnBody
from demo.film import film_of
from demo.staff import RENEWAL
from demo.subject import LivePerson
from tests.evaluation.episodes import SELLER_VOICE
from tests.evaluation.outcome import EpisodeOutcome, Verdict
from tests.evaluation.people import ASSETS, person
from tests.evaluation.play import Stage
from tests.evaluation.watched import Joined, Told, now_s, settled

ANSWER = "清楚。"
IN_PLACE_S = 1.0
"""Between taking the customer's place and beginning to write."""
SETTLED_S = 4.5
TAPS_AFTER_S = 1.5
TAP_TIMEOUT_MS = 3000


class StandIn(StrEnum):
    """What another does."""

    LOUDSPEAKER = "answers by a loudspeaker voice"
    SELLER_SIGNS = "the seller signs"


_STEP = {StandIn.LOUDSPEAKER: "not-a-deposit", StandIn.SELLER_SIGNS: "signature"}
_ALERTS = {
    StandIn.LOUDSPEAKER: frozenset({"other_voice"}),
    StandIn.SELLER_SIGNS: frozenset({"other_face"}),
}
_ALSO = {
    StandIn.LOUDSPEAKER: frozenset[str](),
    StandIn.SELLER_SIGNS: frozenset({"identity_unsure"}),
}


async def stand_in(stage: Stage, name: str, other: str, kind: StandIn) -> EpisodeOutcome:
    """A genuine sale up to the step, at which another takes over."""
    body = await stage.body(person(name))
    film = await asyncio.to_thread(film_of, person(other), ASSETS / "people")
    with body.camera:
        async with stage.session(body, name, RENEWAL) as session:
            while await _step_at_hand(session) != _STEP[kind]:
                await session.customer.next_step()
            await session.customer.my_turn(_STEP[kind])
            if kind is StandIn.LOUDSPEAKER:
                began_s = await _answer_for_him(session, body)
            else:
                began_s = await _sign_for_him(session, body, LivePerson(film, seed=11))
            timeline = await settled(stage.staff, session.session_id, quiet_s=SETTLED_S)
    return _outcome(name, kind, timeline, began_s)


async def _step_at_hand(session: Joined) -> str:
    step = session.page.get_by_test_id("step")
    await step.wait_for(state="visible")
    return await step.get_attribute("data-step") or ""


async def _answer_for_him(session: Joined, body: OwnBody) -> float:
    """The right words in the room, while the customer's mouth is shut; then the tap."""
    wav = await asyncio.to_thread(body.speech.wav, ANSWER, SELLER_VOICE)
    began_s = now_s()
    await asyncio.sleep(await synthetic_microphone.play(session.page, wav) + TAPS_AFTER_S)
    button = session.page.locator('[data-testid^="choice-"]').first
    with suppress(Error):  # the answer was accepted or refused meanwhile
        await button.tap(timeout=TAP_TIMEOUT_MS)
    return began_s


async def _sign_for_him(session: Joined, body: OwnBody, seller: LivePerson) -> float:
    began_s = now_s()
    body.camera.show(seller)
    await asyncio.sleep(IN_PLACE_S)
    await session.customer.sign()
    return began_s


def _outcome(name: str, kind: StandIn, timeline: Told, began_s: float) -> EpisodeOutcome:
    raised = [alert for alert in timeline.alerts if alert.raised_s >= began_s]
    right = next((alert for alert in raised if alert.name in _ALERTS[kind]), None)
    wrong = [alert.name for alert in raised if alert.name not in _ALERTS[kind] | _ALSO[kind]]
    return EpisodeOutcome(
        person=name,
        name=kind,
        sense="step",
        verdict=_verdict(timeline, kind, alerted=right is not None),
        to_alert_s=round(right.raised_s - began_s, 3) if right else None,
        alert=right.name if right else None,
        false_alarms=tuple(wrong),
    )


def _verdict(timeline: Told, kind: StandIn, *, alerted: bool) -> Verdict:
    """Inconclusive: it neither stands nor was anybody told."""
    if alerted or _ended(timeline, "step.failed", kind):
        return "caught"
    return "missed" if _ended(timeline, "step.completed", kind) else "inconclusive"


def _ended(timeline: Told, how: str, kind: StandIn) -> bool:
    return any(payload["step_id"] == _STEP[kind] for payload in timeline.payloads(how))
