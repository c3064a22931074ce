"""Both sides of a card, drawn, held before a camera and really read; then checked as one card."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date

import cv2
import pytest

from demo.demo_customer import cards_of
from demo.film import Person, demo_person
from demo.id_card import Citizen
from media_worker.direct.stage import CardText
from media_worker.models.registry import ModelRegistry, ModelSettings
from media_worker.recognise.pool import RecogniserPool, RecogniserSettings
from shuanglu.errors import ConflictError
from shuanglu.rules.identity.card import FOR_EVER
from shuanglu.script.model import Script
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import CardSide
from shuanglu.wire.signalling import IdentityConfirm
from tests.media.session import until
from tests.script.scripts import small_script
from tests.worker.small_stage import AT, Seen, SmallStage, ToldSenses, awaiting

TODAY = AT.date()
CONFIRMED = IdentityConfirm(step_id="card", attempt=1)


@dataclass
class ReadingSenses(ToldSenses):
    """Sees the side that is held up; reads it with the product's own recogniser."""

    held: dict[str, bytes] = field(default_factory=dict)
    reader: RecogniserPool | None = None
    asked: list[CardSide] = field(default_factory=list)
    not_turned: int = 0
    """So many times the side that was held up before is still there."""

    async def card_still(self, side: CardSide, *, timeout_s: float) -> Seen:
        del timeout_s
        await asyncio.sleep(0)
        self.asked.append(side)
        if side is CardSide.BACK and self.not_turned > 0:
            self.not_turned -= 1
            return Seen(self.held[CardSide.FRONT.value])
        return Seen(self.held[side.value])

    async def card_text(self, jpeg: bytes) -> CardText | None:
        assert self.reader is not None
        return await self.reader.card_text(jpeg, timeout_s=60)


def both_sides() -> Script:
    whole = small_script()
    steps = tuple(step for step in whole.steps if step.id in {"card", "confirm"})
    return whole.model_copy(update={"steps": steps})


@pytest.fixture(scope="module")
def person() -> Person:
    return demo_person()


@pytest.fixture
async def reader() -> AsyncIterator[RecogniserPool]:
    pool = RecogniserPool(RecogniserSettings(speech=False), ModelRegistry(ModelSettings()))
    await pool.start()
    yield pool
    await pool.stop()


def before_the_lens(citizen: Citizen, person: Person, reader: RecogniserPool) -> ReadingSenses:
    held = {
        side: cv2.imencode(".jpg", card.next_picture())[1].tobytes()
        for side, card in cards_of(citizen, person).items()
    }
    return ReadingSenses(held=held, reader=reader, cosine=0.8)


def customer(
    *, issued: date = date(2020, 1, 15), expires: date | None = date(2040, 1, 15)
) -> Citizen:
    return Citizen(name="王小明", issued=issued, expires=expires)


async def both_read(stage: SmallStage) -> dict[CardSide, ev.IdentityRead]:
    await until(lambda: stage.director.identity.view().state == "confirm", within_s=60)
    return {read.side: read for read in stage.of(ev.IdentityRead)}


async def test_both_sides_are_stored_and_read_and_the_step_is_completed(
    person: Person, reader: RecogniserPool
) -> None:
    citizen = customer()
    senses = before_the_lens(citizen, person, reader)
    async with awaiting(both_sides(), "card", senses) as stage:
        read = await both_read(stage)
        assert read[CardSide.FRONT].number == citizen.number
        back = read[CardSide.BACK]
        assert (back.valid_from, back.valid_until) == (citizen.issued, citizen.expires)
        assert not any(side.failed_checks for side in read.values())
        stills = [captured.still_sha256 for captured in stage.of(ev.IdentityCaptured)]
        assert [stage.kept[sha256] for sha256 in stills] == list(senses.held.values())
        await stage.director.identity.confirm(CONFIRMED)
        await until(lambda: bool(stage.of(ev.StepCompleted)))


async def test_a_card_without_an_end_passes(person: Person, reader: RecogniserPool) -> None:
    senses = before_the_lens(customer(expires=None), person, reader)
    async with awaiting(both_sides(), "card", senses) as stage:
        read = await both_read(stage)
        assert read[CardSide.BACK].valid_until == FOR_EVER
        await stage.director.identity.confirm(CONFIRMED)
        await until(lambda: bool(stage.of(ev.StepCompleted)))


@pytest.mark.parametrize(
    ("issued", "expires", "check"),
    [
        (date(2006, 11, 25), date(2026, 11, 25), "expired"),
        (date(2027, 1, 1), date(2047, 1, 1), "not_yet_valid"),
    ],
)
async def test_a_card_that_is_not_valid_today_is_refused(
    person: Person, reader: RecogniserPool, issued: date, expires: date, check: str
) -> None:
    senses = before_the_lens(customer(issued=issued, expires=expires), person, reader)
    async with awaiting(both_sides(), "card", senses) as stage:
        read = await both_read(stage)
        assert read[CardSide.BACK].failed_checks == (check,)
        assert stage.director.identity.view().failed_checks == (check,), "the customer is told"
        await stage.director.identity.confirm(CONFIRMED)
        await until(lambda: bool(stage.of(ev.StepFailed)))
        assert stage.of(ev.StepFailed)[0].reason == "identity_refused"
        assert not stage.of(ev.FaceCompared), "nobody is compared with a card that is refused"


async def test_the_last_day_is_still_a_day(person: Person, reader: RecogniserPool) -> None:
    senses = before_the_lens(customer(expires=TODAY), person, reader)
    async with awaiting(both_sides(), "card", senses) as stage:
        assert (await both_read(stage))[CardSide.BACK].failed_checks == ()


async def test_a_card_that_is_not_turned_over_is_waited_for(
    person: Person, reader: RecogniserPool
) -> None:
    senses = before_the_lens(customer(), person, reader)
    senses.not_turned = 5
    async with awaiting(both_sides(), "card", senses) as stage:
        read = await both_read(stage)
        assert senses.asked == [CardSide.FRONT] + [CardSide.BACK] * 6
        assert read[CardSide.BACK].valid_until is not None


async def test_nothing_can_be_confirmed_before_the_back_was_read(
    person: Person, reader: RecogniserPool
) -> None:
    senses = before_the_lens(customer(), person, reader)
    senses.not_turned = 10_000
    async with awaiting(both_sides(), "card", senses) as stage:
        await until(lambda: CardSide.BACK in senses.asked, within_s=60)
        assert stage.director.identity.view().side is CardSide.BACK
        assert stage.director.identity.view().name is None
        with pytest.raises(ConflictError):
            await stage.director.identity.confirm(CONFIRMED)
        assert not stage.of(ev.IdentityConfirmed)
