"""A card may be held up while the voice still asks for it; it counts once that was heard."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from media_worker.play.prompt import RenderedPrompt
from shuanglu.timeline import events as ev
from shuanglu.wire.signalling import PromptEndedNotice, PromptProof, PromptStartedNotice
from tests.media.session import until
from tests.worker.customer import GOOD
from tests.worker.small_stage import Seen, SmallStage
from tests.worker.test_identity_desk import FRONT, Line, Read, card_script

UNHEARD = GOOD.model_copy(update={"samples_emitted": 0})


class AskedStage(SmallStage):
    """Its phone says when, and whether, the speech was heard."""

    def __init__(self) -> None:
        super().__init__(script=card_script())
        self.senses.text = Read([Line(text) for text in FRONT])
        self.ended: list[PromptEndedNotice] = []

    async def play(self, prompt: RenderedPrompt) -> None:
        del prompt

    async def tell(self, message: PromptStartedNotice | PromptEndedNotice) -> None:
        if isinstance(message, PromptEndedNotice):
            self.ended.append(message)

    async def heard(self, *, is_proved: bool = True) -> None:
        """The speech ends, and the phone tells what it played."""
        await until(lambda: bool(self.ended))
        notice = self.ended.pop()
        proof = GOOD if is_proved else UNHEARD
        self.director.proof_arrived(
            PromptProof(step_id=notice.step_id, attempt=notice.attempt, proof=proof)
        )


@pytest.fixture
async def stage() -> AsyncIterator[AskedStage]:
    """The card's speech is being played."""
    made = AskedStage()
    made.director.start()
    made.director.wake()
    await until(lambda: bool(made.of(ev.PromptStarted)))
    yield made
    await made.director.stop()


async def taken_early(stage: AskedStage) -> None:
    stage.senses.stills.put_nowait(Seen())
    await until(lambda: stage.director.identity.view().state == "taken")


def kinds(stage: AskedStage) -> list[type[ev.Payload]]:
    return [type(payload) for payload in stage.appended]


async def test_nothing_of_it_is_kept_before_the_speech_was_heard(stage: AskedStage) -> None:
    await taken_early(stage)
    assert stage.kept == {}
    assert kinds(stage) == [ev.StepBegun, ev.PromptStarted]
    assert stage.of(ev.PromptStarted)[0].meanwhile == "card"
    await stage.heard()
    await until(lambda: bool(stage.of(ev.IdentityRead)))
    assert kinds(stage)[2:] == [ev.PromptPlayed, ev.IdentityCaptured, ev.IdentityRead]
    assert stage.director.identity.view().state == "confirm"


async def test_when_it_was_found_it_is_looked_for_no_more(stage: AskedStage) -> None:
    await until(lambda: stage.senses.modes == ["card"])
    await taken_early(stage)
    assert stage.senses.modes == ["card", "watch"]


async def test_the_speech_is_heard_again_and_the_card_need_not_be_shown_again(
    stage: AskedStage,
) -> None:
    await taken_early(stage)
    await stage.heard(is_proved=False)
    await stage.heard()
    await until(lambda: bool(stage.of(ev.IdentityRead)))
    assert [each.reason for each in stage.of(ev.PromptInterrupted)] == ["proof_insufficient"]
    assert len(stage.kept) == 1


async def test_a_card_that_is_still_aimed_is_found_after_the_speech(stage: AskedStage) -> None:
    await stage.heard()
    await until(lambda: bool(stage.of(ev.PromptPlayed)))
    stage.senses.stills.put_nowait(Seen())
    await until(lambda: bool(stage.of(ev.IdentityRead)))
    assert stage.senses.modes == ["card", "watch"]


async def test_whoever_begins_again_shows_it_again(stage: AskedStage) -> None:
    await taken_early(stage)
    redo = ev.StepFailed(step_id="card", attempt=1, reason="customer_redo")
    await stage.append(ev.Actor.CUSTOMER, redo)
    await stage.heard()
    await until(lambda: stage.of(ev.StepBegun)[-1].attempt == 2)
    assert stage.director.identity.view().state == "aim"
    assert stage.kept == {}


async def test_where_a_person_takes_over_nobody_looks_for_a_card(stage: AskedStage) -> None:
    await until(lambda: stage.senses.modes == ["card"])
    await stage.append(ev.Actor.SYSTEM, ev.RouteStaffed(reason="customer_asked"))
    await stage.heard()
    await until(lambda: stage.senses.modes == ["card", "watch"])


async def test_whoever_stops_looks_no_more(stage: AskedStage) -> None:
    await until(lambda: stage.senses.modes == ["card"])
    await stage.director.stop()
    assert stage.senses.modes == ["card", "watch"]


async def test_a_watch_that_failed_does_not_go_on_looking(stage: AskedStage) -> None:
    stage.senses.text_fails = True
    stage.senses.stills.put_nowait(Seen())
    await until(stage.senses.stills.empty)
    await stage.append(ev.Actor.SYSTEM, ev.RouteStaffed(reason="customer_asked"))
    await stage.heard()
    await until(lambda: stage.senses.modes == ["card", "watch"])
