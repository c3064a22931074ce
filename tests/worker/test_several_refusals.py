"""Questions that can be refused in several ways: what words alone decide, and what a tap does."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from shuanglu.script.model import Choice, QuestionStep, Script
from shuanglu.script.runner import Append, JudgeAnswer, RunPhase, decide
from shuanglu.script.runner.turn import Turn
from shuanglu.timeline import events as ev
from tests.script.scripts import small_script
from tests.worker.small_stage import SmallStage, awaited
from tests.worker.test_answer_desk import said

Then = Literal["again", "stop", "person"] | None


def script_with(*refusals: tuple[str, Then]) -> Script:
    """``ask`` may be answered 同意, or refused with one of these words."""
    choices = [
        {"id": "agreed", "label": {"zh": "同意", "en": "I agree"}, "accepted": True},
        *(
            {"id": f"no-{at}", "label": {"zh": word, "en": "No"}, "accepted": False, "then": then}
            for at, (word, then) in enumerate(refusals)
        ),
    ]
    script = small_script(with_person=False)
    parsed = tuple(Choice.model_validate(choice) for choice in choices)
    steps = tuple(
        step.model_copy(update={"choices": parsed}) if step.id == "ask" else step
        for step in script.steps
    )
    return script.model_copy(update={"steps": steps})


def asked(script: Script) -> SmallStage:
    stage = SmallStage(script=script)
    stage.state = awaited("ask", "risk")
    stage.director.answers.question_ended()
    stage.media_ms = 22_000
    return stage


def judgements(stage: SmallStage) -> list[ev.AnswerJudged]:
    return [each for each in stage.appended if isinstance(each, ev.AnswerJudged)]


async def test_words_that_fit_two_ends_wait_for_a_tap() -> None:
    """'Not agreed' ends the sale, 'somebody else is insured' calls a person: which was it?"""
    stage = asked(script_with(("不同意", "stop"), ("被保险人不是我", "person")))
    await stage.director.answers.words(said("不同意"))
    assert judgements(stage) == []
    tap = ev.AnswerTapped(step_id="ask", attempt=1, choice="no-0")
    await stage.append(ev.Actor.CUSTOMER, tap)
    await stage.director.answers.judge_tap(JudgeAnswer("ask", 1, "no-0"))
    assert [each.basis for each in judgements(stage)] == ["choice_refused"]


async def test_words_that_fit_one_end_only_decide() -> None:
    stage = asked(script_with(("先和家人商量", "stop"), ("不买了", "stop")))
    await stage.director.answers.words(said("不买了"))
    assert [each.basis for each in judgements(stage)] == ["words_refused"]


@pytest.mark.parametrize(
    ("refusals", "comes_to"),
    [
        ((("先和家人商量", "stop"), ("不买了", "stop")), ev.ScriptStopped),
        ((("别人承诺过", "person"), ("记不清", "person")), ev.RouteStaffed),
        ((("不清楚", None), ("没听清", "again")), ev.StepFailed),
        ((("不同意", "stop"), ("被保险人不是我", "person")), ev.StepFailed),
    ],
)
def test_refusing_words_lead_where_every_refusal_leads(
    refusals: tuple[tuple[str, Then], ...], comes_to: type[ev.Payload]
) -> None:
    script = script_with(*refusals)
    assert isinstance(script.step("ask"), QuestionStep)
    judged = ev.AnswerJudged(step_id="ask", attempt=1, accepted=False, basis="words_refused")
    turn = Turn(answer_heard=True, judged=judged)
    state = replace(awaited("ask", "risk"), phase=RunPhase.JUDGING, turn=turn)
    action = decide(script, state)
    assert isinstance(action, Append)
    assert isinstance(action.payload, comes_to)
