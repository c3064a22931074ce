"""The few ways that customers go in a browser: together they take every branch."""

from __future__ import annotations

from functools import cache

import pytest
import yaml

from demo.brief import brief
from demo.wayfarer import options_for
from demo.ways import ENDS, LEVELS, Outcome, Way, reachable, ways_of
from shuanglu.script.branches import branches
from shuanglu.script.lint import lint
from shuanglu.script.model import AskedStep, QuestionnaireStep, Script, parse_script
from shuanglu.script.runner import RunPhase, fold
from shuanglu.script.templates import template, template_ids
from shuanglu.script.verdict import judge
from shuanglu.timeline import events as ev
from tests.script.scripts import chained
from tests.script.templates.customer import Customer


@cache
def script_of(template_id: str) -> Script:
    return parse_script(yaml.safe_load(template(template_id).text))


@cache
def few_ways(template_id: str) -> tuple[Way, ...]:
    return ways_of(script_of(template_id))


def branches_of(script: Script) -> set[Outcome]:
    """Every branch, by the script's text alone."""
    found: set[Outcome] = set()
    for step in script.steps:
        if step.when is not None:
            found.add((step.id, "left_out"))
        if isinstance(step, AskedStep):
            found |= {(step.id, choice.id) for choice in step.choices}
        if isinstance(step, QuestionnaireStep):
            found |= {(step.id, f"level-{level}") for level in LEVELS}
            found |= {(step.id, f"unsuitable-{level}") for level in LEVELS[:-1]}
        found.add((step.id, "done"))
    return found


@pytest.mark.parametrize("template_id", template_ids())
def test_together_they_take_every_branch(template_id: str) -> None:
    script = script_of(template_id)
    taken = set().union(*(way.outcomes(script) for way in few_ways(template_id)))
    assert taken == branches_of(script)
    assert taken >= reachable(script)


@pytest.mark.parametrize("template_id", template_ids())
def test_they_are_few_and_each_is_another(template_id: str) -> None:
    ways, script = few_ways(template_id), script_of(template_id)
    ends = sum(
        choice.then in ENDS
        for step in script.steps
        if isinstance(step, AskedStep)
        for choice in step.choices
    )
    stops = sum(isinstance(step, QuestionnaireStep) for step in script.steps) * len(LEVELS[:-1])
    assert len(ways) <= ends + stops + 2, "an end needs a way of its own, and little else does"
    assert len({way.name for way in ways}) == len(ways)
    assert ways[0].ending is None


@pytest.mark.parametrize("template_id", template_ids())
def test_each_ends_where_the_runner_ends_it(template_id: str) -> None:
    """The pure run of a way does the steps that the way promises, and comes to its end."""
    script = script_of(template_id)
    for way in few_ways(template_id):
        events = chained(Customer(script, way.branch, way.answers).way())
        state, verdict = fold(script, events), judge(script, events)
        assert state.completed == set(way.completed), way.name
        if way.ending is None:
            assert verdict.outcome is ev.Outcome.COMPLETE
        elif way.ending.then == "person":
            assert state.phase is RunPhase.STAFFED
        else:
            assert state.stopped is not None
            assert state.stopped.step_id == way.ending.step_id


@pytest.mark.parametrize("template_id", template_ids())
def test_a_brief_script_goes_the_same_ways(template_id: str) -> None:
    script = script_of(template_id)
    short = brief(script)
    report = lint(yaml.safe_dump(short.model_dump(mode="json", by_alias=True, exclude_none=True)))
    assert report.is_publishable
    assert report.script == short
    before = {branch.step_ids for branch in branches(script)}
    assert {branch.step_ids for branch in branches(short)} == before
    assert [w.name for w in ways_of(short)] == [w.name for w in few_ways(template_id)]


@pytest.mark.parametrize("level", LEVELS)
def test_options_come_to_the_level(level: int) -> None:
    step = script_of("bank-wealth").step("risk-questionnaire")
    assert isinstance(step, QuestionnaireStep)
    chosen = options_for(step, level)
    answers = {question.id: option for question, option in zip(step.questions, chosen, strict=True)}
    score = step.score(answers)
    assert score is not None
    assert step.level(score) == level
