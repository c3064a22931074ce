"""A text that the agent reads aloud, by the desk of a real director."""

from __future__ import annotations

from dataclasses import replace

import pytest

from media_worker.direct.customer import CustomerInputs
from media_worker.direct.live import LiveFacts, live_status
from media_worker.direct.teleprompter import reading_view
from shuanglu.errors import ConflictError
from shuanglu.rules.observation import VoiceEvidence as Voice
from shuanglu.rules.reading import sentences
from shuanglu.script.model import DisclosureStep, Script
from shuanglu.script.runner import RunPhase
from shuanglu.timeline import events as ev
from shuanglu.wire.bus import InputRequest
from shuanglu.wire.reading import ReadingView
from shuanglu.wire.signalling import HearAgain, ReadingDone
from tests.observe.waiting import until
from tests.script.reading import spoken_words
from tests.worker.small_stage import SmallStage
from tests.worker.test_more_kinds import at_turn, inputs_of, script_of

SAY = "本产品不保证本金。最大亏损可能是百分之十。您有十五天的犹豫期。"
QUIET = Voice(speech_ms=9000, first_ms=20_500, last_ms=29_000, evaluated=True)
DEAF = Voice(speech_ms=0, first_ms=None, last_ms=None, evaluated=False)
DONE = InputRequest(
    session_id="ses_S", connection_id="con_S", message=ReadingDone(step_id="it", attempt=1)
)


def script(max_attempts: int = 3) -> Script:
    return script_of(
        kind="disclosure", say=SAY, delivery={"by": "agent"}, max_attempts=max_attempts
    )


def begun(of: Script | None = None) -> SmallStage:
    """It is to be read since 20 s, and the director works."""
    stage = at_turn(of or script())
    stage.state = replace(stage.state, prompt_started=False, prompt_played=False)
    stage.senses.evidence = QUIET
    stage.director.reading.turn_begins()
    stage.media_ms = 60_000
    stage.director.start()
    return stage


async def say(stage: SmallStage, *numbers: int, evaluated: bool = True) -> None:
    """These sentences are read, and recognised or given up."""
    for number in numbers:
        text = sentences(SAY)[number - 1]
        heard = spoken_words(text, number=len(stage.senses.heard), evaluated=evaluated)
        stage.senses.heard.append(heard)
        await stage.director.reading.words(heard)


async def claim(stage: SmallStage) -> None:
    """Somebody taps that all was read, and the director has looked at it."""
    before = rounds(stage)
    await CustomerInputs(stage, stage.director).take(DONE)
    await until(lambda: rounds(stage) > before, "the claim is checked")


def rounds(stage: SmallStage) -> int:
    return sum(each.ends_round for each in stage.of(ev.ReadingHeard))


async def ended(stage: SmallStage) -> ev.Payload:
    """What the step comes to."""
    kinds = (ev.StepCompleted, ev.StepFailed, ev.RouteStaffed)

    def ends() -> list[ev.Payload]:
        return [payload for payload in stage.appended if isinstance(payload, kinds)]

    await until(lambda: bool(ends()), "the step ends")
    await stage.director.stop()
    return ends()[0]


def view(stage: SmallStage) -> ReadingView:
    step = stage.script.step("it")
    assert isinstance(step, DisclosureStep)
    found = reading_view(step, stage.state.turn.reading)
    assert found is not None
    return found


async def test_a_text_read_to_its_end_needs_no_tap() -> None:
    stage = begun()
    await say(stage, 1, 2, 3)
    assert await ended(stage) == ev.StepCompleted(step_id="it", attempt=1)
    assert [each.utterances for each in stage.of(ev.ReadingHeard)] == [1, 2, 3]
    last = stage.of(ev.ReadingHeard)[-1]
    assert all(each.heard == each.syllables for each in last.sentences)
    assert all(each.from_ms is not None for each in last.sentences)
    assert "it" not in {each.step_id for each in stage.of(ev.PromptStarted)}


async def test_the_teleprompter_ticks_what_was_heard_and_lights_what_comes() -> None:
    stage = begun()
    assert (view(stage).current, [s.state for s in view(stage).sentences]) == (1, ["coming"] * 3)
    await say(stage, 1)
    assert (view(stage).current, view(stage).sentences[0].state) == (2, "heard")
    await say(stage, 3)
    assert [each.state for each in view(stage).sentences] == ["heard", "coming", "heard"]
    assert view(stage).current == 2
    await stage.director.stop()


async def test_a_sentence_left_out_is_asked_for_by_its_number() -> None:
    stage = begun()
    await say(stage, 1, 3)
    await claim(stage)
    assert [each.state for each in view(stage).sentences] == ["heard", "missing", "heard"]
    assert (view(stage).current, view(stage).rounds_left, view(stage).checking) == (2, 2, False)
    await say(stage, 2)
    assert await ended(stage) == ev.StepCompleted(step_id="it", attempt=1)


async def test_a_sentence_that_is_never_read_ends_with_a_person() -> None:
    stage = begun(script(max_attempts=2))
    await say(stage, 1, 3)
    await claim(stage)
    await claim(stage)
    failed = await ended(stage)
    assert failed == ev.StepFailed(step_id="it", attempt=1, reason="reading_incomplete")


async def test_words_of_before_the_turn_count_for_nothing() -> None:
    stage = begun()
    early = spoken_words(SAY).model_copy(update={"from_ms": 15_000, "to_ms": 19_000})
    await stage.director.reading.words(early)
    assert not stage.of(ev.ReadingHeard)
    await stage.director.stop()


async def test_the_same_utterance_counts_once() -> None:
    stage = begun()
    await say(stage, 1)
    await stage.director.reading.words(stage.senses.heard[0])
    await claim(stage)
    assert stage.of(ev.ReadingHeard)[-1].utterances == 1
    await stage.director.stop()


async def test_words_that_come_only_while_it_is_checked_count() -> None:
    stage = begun()
    await say(stage, 1)
    late = [spoken_words(sentences(SAY)[n - 1], number=n) for n in (2, 3)]
    stage.senses.heard += late
    await claim(stage)
    assert await ended(stage) == ev.StepCompleted(step_id="it", attempt=1)


@pytest.mark.parametrize("deaf", [True, False], ids=["no detector", "no recogniser"])
async def test_what_cannot_be_recognised_goes_to_a_person(deaf: bool) -> None:  # noqa: FBT001 - a column
    stage = begun()
    if deaf:
        stage.senses.evidence = DEAF
    else:
        await say(stage, 1, 2, 3, evaluated=False)
    await claim(stage)
    assert await ended(stage) == ev.RouteStaffed(reason="reading_not_evaluated")
    told = stage.of(ev.ReadingHeard)[-1]
    assert (told.evaluated, told.not_evaluated) == (False, 0 if deaf else 3)


async def test_one_utterance_too_late_is_asked_for_again_and_not_believed() -> None:
    stage = begun()
    await say(stage, 1, 2)
    await say(stage, 3, evaluated=False)
    await claim(stage)
    assert stage.state.phase is RunPhase.AWAITING
    await say(stage, 3)
    assert await ended(stage) == ev.StepCompleted(step_id="it", attempt=1)


async def test_a_second_tap_while_it_is_checked_is_refused() -> None:
    stage = at_turn(script())
    await inputs_of(stage).take(DONE)
    with pytest.raises(ConflictError):
        await inputs_of(stage).take(DONE)


async def test_the_machine_does_not_read_it_for_the_agent() -> None:
    stage = at_turn(script())
    ask = HearAgain(step_id="it", attempt=1)
    request = InputRequest(session_id="ses_S", connection_id="con_S", message=ask)
    with pytest.raises(ConflictError):
        await inputs_of(stage).take(request)


def test_the_page_is_shown_a_step_without_speech() -> None:
    stage = at_turn(script())
    facts = LiveFacts(
        stored_ms=0,
        recording=True,
        prompt_playing=False,
        guidance=(),
        last_failure=None,
        desks=stage.director.shown(),
    )
    shown = live_status(stage.script, stage.state, {}, facts).step
    assert shown is not None
    assert shown.reading is not None
    assert (shown.prompt.synthetic, shown.prompt.duration_ms) == (False, 0)
