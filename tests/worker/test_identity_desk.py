"""The card is captured, read, checked, confirmed and compared; nothing unread is believed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from shuanglu.errors import ConflictError, InvalidInputError
from shuanglu.rules.identity.number import check_digit
from shuanglu.script.model import Script
from shuanglu.script.runner import RunPhase
from shuanglu.timeline import events as ev
from shuanglu.wire.signalling import IdentityConfirm, IdentityRetake
from tests.media.session import until
from tests.script.scripts import small_script
from tests.worker.small_stage import Seen, SmallStage, ToldSenses, awaiting

FIRST_17 = "11010519900115123"
NUMBER = FIRST_17 + check_digit(FIRST_17)
FRONT = ("姓名王小明", "性别男民族汉", "出生1990年1月15日", f"公民身份号码{NUMBER}")
SHA = "a" * 64


@dataclass(frozen=True)
class Line:
    text: str
    confidence: float = 0.95


@dataclass(frozen=True)
class Read:
    lines: Sequence[Line]
    model_sha256: str = SHA


def card_script() -> Script:
    whole = small_script()
    return whole.model_copy(
        update={
            "steps": tuple(
                step.model_copy(update={"sides": (ev.CardSide.FRONT,)})
                if step.kind == "identity"
                else step
                for step in whole.steps
                if step.id in {"card", "confirm"}
            )
        }
    )


@pytest.fixture
async def stage() -> AsyncIterator[SmallStage]:
    """The card's step awaits the customer."""
    senses = ToldSenses(text=Read([Line(text) for text in FRONT]))
    async with awaiting(card_script(), "card", senses) as made:
        yield made


async def read(stage: SmallStage) -> ev.IdentityRead:
    stage.senses.stills.put_nowait(Seen())
    await until(lambda: bool(stage.of(ev.IdentityRead)))
    return stage.of(ev.IdentityRead)[0]


def confirm(**changed: Any) -> IdentityConfirm:
    return IdentityConfirm.model_validate({"step_id": "card", "attempt": 1, **changed})


async def test_a_good_card_is_stored_and_read(stage: SmallStage) -> None:
    found = await read(stage)
    assert (found.name, found.number, found.failed_checks) == ("王小明", NUMBER, ())
    assert found.birth_date == date(1990, 1, 15)
    captured = stage.of(ev.IdentityCaptured)[0]
    assert stage.kept[captured.still_sha256] == Seen().jpeg
    assert stage.senses.modes[-1] == "watch", "a card is not looked for any more"


async def test_the_phone_sees_the_number_masked(stage: SmallStage) -> None:
    await read(stage)
    view = stage.director.identity.view()
    assert view.state == "confirm"
    assert view.name == "王小明"
    assert view.number_masked is not None
    assert NUMBER[6:14] not in view.number_masked


async def test_who_confirms_is_compared(stage: SmallStage) -> None:
    stage.senses.cosine = 0.8
    await read(stage)
    await stage.director.identity.confirm(confirm())
    await until(lambda: bool(stage.of(ev.StepCompleted)))
    compared = stage.of(ev.FaceCompared)[0]
    assert (compared.purpose, compared.outcome) == ("card", ev.FaceOutcome.SAME)
    assert compared.score == 0.8


async def test_another_face_is_refused(stage: SmallStage) -> None:
    stage.senses.cosine = 0.1
    await read(stage)
    await stage.director.identity.confirm(confirm())
    await until(lambda: bool(stage.of(ev.StepFailed)))
    assert stage.of(ev.StepFailed)[0].reason == "identity_refused"


async def test_another_name_than_the_customers_is_refused(stage: SmallStage) -> None:
    await read(stage)
    await stage.director.identity.confirm(confirm(name="王小名"))
    confirmed = stage.of(ev.IdentityConfirmed)[0]
    assert confirmed.corrected == ("name",)
    assert confirmed.failed_checks == ("name_differs",)


async def test_a_mistyped_number_changes_nothing(stage: SmallStage) -> None:
    await read(stage)
    wrong = FIRST_17 + str((int(NUMBER[-1].replace("X", "0")) + 1) % 10)
    with pytest.raises(InvalidInputError) as refused:
        await stage.director.identity.confirm(confirm(number=wrong))
    assert refused.value.field == "number"
    assert not stage.of(ev.IdentityConfirmed)


async def test_before_the_card_nothing_can_be_confirmed(stage: SmallStage) -> None:
    with pytest.raises(ConflictError):
        await stage.director.identity.confirm(confirm())
    with pytest.raises(ConflictError):
        await stage.director.identity.confirm(confirm(attempt=2))


async def test_an_unreadable_still_is_thrown_away(stage: SmallStage) -> None:
    stage.senses.text = Read([Line("###")])
    stage.senses.stills.put_nowait(Seen(at_ms=1))
    await until(stage.senses.stills.empty)
    await asyncio.sleep(0)
    stage.senses.text = Read([Line(text) for text in FRONT])
    found = await read(stage)
    assert found.number == NUMBER
    assert stage.of(ev.IdentityCaptured)[0].at_ms == Seen().at_ms


async def test_without_a_reader_the_card_is_not_evaluated_and_typed(stage: SmallStage) -> None:
    stage.senses.text = None
    found = await read(stage)
    assert found.failed_checks == ("not_evaluated",)
    with pytest.raises(InvalidInputError):
        await stage.director.identity.confirm(confirm(name="王小明"))
    await stage.director.identity.confirm(confirm(name="王小明", number=NUMBER))
    assert stage.of(ev.IdentityConfirmed)[0].corrected == ("name", "number")


async def test_a_retake_is_another_attempt(stage: SmallStage) -> None:
    await read(stage)
    await stage.director.identity.retake(IdentityRetake(step_id="card", attempt=1))
    assert stage.of(ev.StepFailed)[0].reason == "customer_redo"
    assert stage.state.phase is not RunPhase.AWAITING


async def test_an_attempt_that_ends_ends_the_capture(stage: SmallStage) -> None:
    await until(lambda: "card" in stage.senses.modes)
    await stage.append(
        ev.Actor.CUSTOMER, ev.StepFailed(step_id="card", attempt=1, reason="customer_redo")
    )
    await until(lambda: stage.senses.modes == ["card", "watch", "card"])
    assert stage.of(ev.PromptStarted)[-1].attempt == 2, "while it is asked for again"
    assert not stage.of(ev.IdentityRead)
