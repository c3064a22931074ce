"""Elder mode, the slow voice and hearing again: recorded, and played as the record says."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

import pytest

from media_worker.direct import inputs
from shuanglu.display import DisplayState, display_after
from shuanglu.errors import ConflictError, TooManyAttemptsError
from shuanglu.rules.identity.number import check_digit
from shuanglu.session_state import fold_session
from shuanglu.timeline import events as ev
from shuanglu.wire import signalling as page
from shuanglu.wire.views import LiveStatus
from tests.media.session import until
from tests.worker.customer import GOOD, Customer
from tests.worker.small_stage import SmallStage
from tests.worker.studio import count
from tests.worker.test_identity_desk import confirm, read, stage

__all__ = ["stage"]  # a fixture

ELDER = page.ChooseDisplay(elder=True, voice=ev.VoiceSpeed.SLOW, language="zh-CN")
STANDARD = page.ChooseDisplay(elder=False, voice=ev.VoiceSpeed.NORMAL, language="zh-CN")


def numbered(birth: str) -> str:
    first_17 = f"110105{birth}123"
    return first_17 + check_digit(first_17)


# --- by the birth date ------------------------------------------------------------------


async def test_a_confirmed_elder_is_shown_the_elder_page(stage: SmallStage) -> None:
    await read(stage)
    await stage.director.identity.confirm(confirm(number=numbered("19500115")))
    (changed,) = stage.of(ev.DisplayChanged)
    assert (changed.mode, changed.voice) == (ev.DisplayMode.ELDER, ev.VoiceSpeed.SLOW)
    assert (changed.by, changed.policy_version) == ("birth_date", 1)
    assert "1950" not in changed.model_dump_json()


async def test_the_youngest_elder_is_sixty_today(stage: SmallStage) -> None:
    await read(stage)
    tomorrow_sixty = numbered("19661127")
    assert stage.events[-1].recorded_at.date() == date(2026, 11, 26)
    await stage.director.identity.confirm(confirm(number=tomorrow_sixty))
    assert stage.of(ev.DisplayChanged) == []


async def test_who_turned_it_off_is_not_asked_by_a_birth_date(stage: SmallStage) -> None:
    for choice in (ELDER, STANDARD):
        chosen = inputs.display_chosen(stage.display, choice)
        assert chosen is not None
        stage.display = display_after(stage.display, chosen)
    await read(stage)
    await stage.director.identity.confirm(confirm(number=numbered("19500115")))
    assert stage.of(ev.DisplayChanged) == []


async def test_another_language_is_no_word_against_elder_mode(stage: SmallStage) -> None:
    chosen = inputs.display_chosen(stage.display, STANDARD.model_copy(update={"language": "zh-HK"}))
    assert chosen is not None
    stage.display = display_after(stage.display, chosen)
    await read(stage)
    await stage.director.identity.confirm(confirm(number=numbered("19500115")))
    (changed,) = stage.of(ev.DisplayChanged)
    assert changed.language == "zh-HK"


# --- by the customer --------------------------------------------------------------------


def test_the_same_choice_again_is_no_event() -> None:
    chosen = inputs.display_chosen(DisplayState(), ELDER)
    assert chosen is not None
    assert inputs.display_chosen(display_after(DisplayState(), chosen), ELDER) is None


def test_nobody_fills_a_record_with_choices() -> None:
    state = replace(DisplayState(), changes=inputs.MOST_DISPLAY_CHANGES)
    with pytest.raises(TooManyAttemptsError):
        inputs.display_chosen(state, ELDER)


async def lives(customer: Customer) -> list[LiveStatus]:
    return [message.status for message in customer.heard(page.Live)]


async def test_the_slow_voice_is_played_proved_and_told(customer: Customer) -> None:
    await customer.send(ELDER)
    await customer.on_air()
    payloads = await customer.studio.until(
        customer.session_id, lambda found: count(found, ev.PromptPlayed) >= 1
    )
    (changed,) = (p for p in payloads if isinstance(p, ev.DisplayChanged))
    assert changed.by == "customer"
    started = next(p for p in payloads if isinstance(p, ev.PromptStarted))
    played = next(p for p in payloads if isinstance(p, ev.PromptPlayed))
    assert (started.speed, started.synthetic) == (ev.VoiceSpeed.SLOW, True)
    assert played.audio_sha256 == started.audio_sha256
    shown = (await lives(customer))[-1].display
    assert (shown.elder, shown.voice, shown.language) == (True, ev.VoiceSpeed.SLOW, "zh-CN")


async def test_a_change_of_speed_holds_from_the_next_prompt(customer: Customer) -> None:
    await customer.on_air()
    await customer.turn("ask")
    await customer.send(ELDER)
    await customer.answer()
    await customer.turn("paper")
    events = await customer.studio.events(customer.session_id)
    started = [e.payload for e in events if isinstance(e.payload, ev.PromptStarted)]
    speeds = {p.step_id: p.speed for p in started}
    assert speeds["ask"] is ev.VoiceSpeed.NORMAL
    assert speeds["paper"] is ev.VoiceSpeed.SLOW
    state = fold_session(customer.studio.script, events)
    assert state.display.is_elder


async def test_a_step_is_read_again_and_nothing_else_changes(customer: Customer) -> None:
    await customer.on_air()
    await customer.answer()
    attempt = await customer.turn("paper")
    again = page.HearAgain(step_id="paper", attempt=attempt)
    first, second = await asyncio.gather(
        customer.send(again), customer.send(again), return_exceptions=True
    )
    assert first is None
    assert isinstance(second, ConflictError), "it is being read already"
    await until(lambda: any(_is_read_again(live) for live in customer.heard(page.Live)))
    await until(lambda: not _is_read_again(customer.heard(page.Live)[-1]))
    await customer.send(again)
    events = await customer.studio.events(customer.session_id)
    repeated = [e.payload for e in events if isinstance(e.payload, ev.PromptRepeated)]
    assert [p.step_id for p in repeated] == ["paper", "paper"]
    assert await customer.turn("paper") == attempt


def _is_read_again(live: page.Live) -> bool:
    step = live.status.step
    return step is not None and step.id == "paper" and step.prompt.played and step.prompt.playing


@pytest.mark.parametrize(("step_id", "attempt"), [("ask", 1), ("ask", 7), ("paper", 1)])
async def test_what_cannot_be_read_again_is_refused(
    customer: Customer, step_id: str, attempt: int
) -> None:
    """A question is asked again instead; what is not the customer's turn is not read at all."""
    await customer.on_air()
    await customer.turn("ask")
    with pytest.raises(ConflictError):
        await customer.send(page.HearAgain(step_id=step_id, attempt=attempt))


async def test_a_disclosure_is_begun_again_while_it_is_said(customer: Customer) -> None:
    customer.proof = None
    await customer.on_air()
    await until(lambda: bool(customer.heard(page.PromptEndedNotice)))
    with pytest.raises(ConflictError):
        await customer.send(page.RedoStep(step_id="risk", attempt=2))
    await customer.send(page.RedoStep(step_id="risk", attempt=1))
    customer.proof = GOOD
    payloads = await customer.studio.until(
        customer.session_id, lambda found: count(found, ev.PromptPlayed) >= 1
    )
    failed = [p for p in payloads if isinstance(p, ev.StepFailed)]
    played = [p for p in payloads if isinstance(p, ev.PromptPlayed)]
    assert [(p.step_id, p.attempt, p.reason) for p in failed] == [("risk", 1, "customer_redo")]
    assert [(p.step_id, p.attempt) for p in played] == [("risk", 2)]
    assert count(payloads, ev.PromptInterrupted) == 0
