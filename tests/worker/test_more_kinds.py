"""Questionnaires, papers, free talk, time limits and stops, by the desks of a real director."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from media_worker.direct.customer import CustomerInputs
from shuanglu.errors import ConflictError, InvalidInputError
from shuanglu.rules.observation import VoiceEvidence as Voice
from shuanglu.script.model import Script, parse_script
from shuanglu.script.runner import (
    Append,
    CaptureStill,
    CountAssessments,
    RunPhase,
    RunState,
    Turn,
    decide,
)
from shuanglu.timeline import events as ev
from shuanglu.wire.bus import InputRequest
from shuanglu.wire.signalling import QuestionnaireReport, TalkDone
from tests.script.scripts import small_script
from tests.worker.small_stage import SmallStage, counted

TEXT = {"zh": "请看", "en": "Please look"}
BASE = {"title": TEXT, "show": TEXT, "say": "请看。", "clauses": ["REG-24"]}
SPOKEN = Voice(speech_ms=4000, first_ms=20_500, last_ms=29_000, evaluated=True)
QUESTIONS = [
    {
        "id": name,
        "text": TEXT,
        "options": [
            {"id": "low", "label": TEXT, "points": 0},
            {"id": "high", "label": TEXT, "points": 10},
        ],
    }
    for name in ("income", "loss")
]


def script_of(**step: Any) -> Script:
    """One step of that kind, and the confirmation."""
    whole = small_script().model_dump(mode="json")
    confirm = whole["steps"][-1]
    return parse_script({**whole, "steps": [{**BASE, "id": "it", **step}, confirm]})


def at_turn(script: Script, *, product_risk: int | None = None) -> SmallStage:
    """The step awaits the customer since 20 s."""
    stage = SmallStage(script=script)
    told = ev.Circumstances.model_validate(
        {"sale_date": "2026-11-26"} | ({"product_risk": product_risk} if product_risk else {})
    )
    state = RunState()
    stage.state = replace(
        state,
        phase=RunPhase.AWAITING,
        step_id="it",
        attempt=1,
        attempts={"it": 1},
        prompt_started=True,
        prompt_played=True,
        turn=Turn(),
        known=replace(state.known, circumstances=told),
    )
    return stage


def inputs_of(stage: SmallStage) -> CustomerInputs:
    inputs = CustomerInputs(stage, stage.director)
    inputs.phase_begins(RunPhase.PROMPTING)
    inputs.phase_begins(RunPhase.AWAITING)
    return inputs


def reported(**answers: str) -> InputRequest:
    report = QuestionnaireReport(step_id="it", attempt=1, answers=answers)
    return InputRequest(session_id="ses_S", connection_id="con_S", message=report)


def talked() -> InputRequest:
    return InputRequest(
        session_id="ses_S", connection_id="con_S", message=TalkDone(step_id="it", attempt=1)
    )


def questionnaire(*, stop_above_tolerance: bool = True) -> Script:
    return script_of(
        kind="questionnaire",
        questions=QUESTIONS,
        level_from=[5, 10, 15, 20],
        stop_above_tolerance=stop_above_tolerance,
    )


async def test_the_level_follows_from_the_answers() -> None:
    stage = at_turn(questionnaire())
    await inputs_of(stage).take(reported(income="high", loss="low"))
    (answered,) = stage.appended
    assert isinstance(answered, ev.QuestionnaireAnswered)
    assert (answered.score, answered.level) == (10, 3)
    assert stage.state.phase is RunPhase.JUDGING


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"income": "high"}, "answers.loss"),
        ({"income": "high", "loss": "none-such"}, "answers.loss"),
        ({"income": "high", "loss": "low", "more": "low"}, "answers"),
    ],
)
async def test_an_answer_that_lacks_or_does_not_exist_is_named(
    answers: dict[str, str], field: str
) -> None:
    stage = at_turn(questionnaire())
    with pytest.raises(InvalidInputError) as refused:
        await inputs_of(stage).take(reported(**answers))
    assert refused.value.field == field
    assert not stage.appended


@pytest.mark.parametrize(
    ("product_risk", "stops", "ends_as"),
    [(3, True, "step.completed"), (4, True, "script.stopped"), (4, False, "step.completed")],
)
async def test_a_product_above_the_tolerance_ends_the_sale(
    product_risk: int,
    stops: bool,  # noqa: FBT001 - a column of the table
    ends_as: str,
) -> None:
    stage = at_turn(questionnaire(stop_above_tolerance=stops), product_risk=product_risk)
    await inputs_of(stage).take(reported(income="high", loss="low"))
    action = decide(stage.script, stage.state)
    assert isinstance(action, Append)
    await stage.append(ev.Actor.SYSTEM, action.payload)
    assert stage.appended[-1].model_dump()["type"] == ends_as
    assert stage.state.phase is (
        RunPhase.FINISHING if ends_as == "script.stopped" else RunPhase.BETWEEN
    )


async def test_a_score_that_does_not_follow_counts_for_nothing() -> None:
    stage = at_turn(questionnaire())
    forged = ev.QuestionnaireAnswered(
        step_id="it", attempt=1, answers={"income": "low", "loss": "low"}, score=20, level=5
    )
    await stage.append(ev.Actor.CUSTOMER, forged)
    assert stage.state.phase is RunPhase.AWAITING


async def test_free_talk_is_measured_and_must_last() -> None:
    stage = at_turn(script_of(kind="talk", min_ms=5000))
    stage.senses.evidence = SPOKEN
    inputs = inputs_of(stage)
    stage.media_ms = 22_000
    with pytest.raises(ConflictError):
        await inputs.take(talked())
    stage.media_ms = 29_500
    await inputs.take(talked())
    (ended,) = stage.appended
    assert isinstance(ended, ev.TalkEnded)
    assert (ended.from_ms, ended.to_ms, ended.speech_ms) == (20_000, 29_500, 4000)


@dataclass(frozen=True)
class Paper:
    jpeg: bytes = b"\xff\xd8 a certificate"
    at_ms: int = 19_500
    sharpness: float = 70.0
    glare_share: float = 0.02
    portrait: None = None


async def test_a_paper_is_frozen_as_a_still_of_the_record() -> None:
    stage = at_turn(script_of(kind="show", subject=TEXT))
    capturing = asyncio.create_task(stage.director.papers.capture(CaptureStill("it", 1)))
    stage.senses.stills.put_nowait(Paper())
    await capturing
    (captured,) = stage.appended
    assert isinstance(captured, ev.StillCaptured)
    assert stage.kept[captured.still_sha256] == Paper().jpeg
    assert stage.senses.modes == ["card", "watch"]
    assert stage.state.phase is RunPhase.JUDGING


async def test_a_turn_that_lasts_too_long_fails_its_attempt_once() -> None:
    stage = at_turn(script_of(kind="talk", min_ms=1000, time_limit_s=60))
    inputs = inputs_of(stage)
    stage.media_ms += 60_000
    await inputs.check_time()
    assert not stage.appended
    stage.media_ms += 1
    await inputs.check_time()
    await inputs.check_time()
    (failed,) = stage.appended
    assert isinstance(failed, ev.StepFailed)
    assert failed.reason == "time_used_up"
    assert stage.state.counted_failures == {"it": ("time_used_up",)}


async def test_a_customer_who_was_assessed_too_often_is_told_before_the_questions() -> None:
    stage = at_turn(questionnaire())
    born = replace(stage.state.known, birth_date=date(1980, 1, 1))
    stage.state = replace(
        stage.state, phase=RunPhase.BETWEEN, step_id=None, attempt=0, attempts={}, known=born
    )
    assert decide(stage.script, stage.state) == CountAssessments()
    await stage.append(ev.Actor.SYSTEM, counted(today=2, last_12_months=2))
    action = decide(stage.script, stage.state)
    assert action == Append(ev.ScriptStopped(step_id="it", attempt=0, reason="assessments_used_up"))
    await stage.append(ev.Actor.SYSTEM, action.payload)
    assert stage.state.phase is RunPhase.FINISHING


@pytest.mark.parametrize(("level", "stops"), [(2, True), (3, False)])
async def test_who_is_spared_the_questions_is_held_to_the_level_of_before(
    level: int,
    stops: bool,  # noqa: FBT001 - a column
) -> None:
    spared = {"when": {"fact": "returning", "is": [False]}, "level_from": [5, 10, 15, 20]}
    script = script_of(
        kind="questionnaire", questions=QUESTIONS, stop_above_tolerance=True, **spared
    )
    stage = at_turn(script, product_risk=3)
    born = replace(stage.state.known, birth_date=date(1980, 1, 1))
    stage.state = replace(
        stage.state, phase=RunPhase.BETWEEN, step_id=None, attempt=0, attempts={}, known=born
    )
    await stage.append(ev.Actor.SYSTEM, counted(level=level, on=date(2026, 10, 1)))
    stopped = Append(ev.ScriptStopped(step_id="it", attempt=0, reason="not_suitable"))
    assert (decide(stage.script, stage.state) == stopped) is stops


async def test_an_assessment_counts_before_it_stands() -> None:
    stage = at_turn(questionnaire())
    await inputs_of(stage).take(reported(income="low", loss="low"))
    assert stage.assessments.kept == stage.appended
