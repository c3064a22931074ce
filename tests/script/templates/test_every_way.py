"""Every way through every template, from its opening to the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import pytest
import yaml

from shuanglu.script.branches import Branch, branches
from shuanglu.script.conditions import holds
from shuanglu.script.model import AskedStep, QuestionnaireStep, Script, parse_script
from shuanglu.script.runner import RunPhase, fold
from shuanglu.script.scenarios import scenario
from shuanglu.script.templates import template, template_ids
from shuanglu.script.verdict import judge
from shuanglu.timeline import events as ev
from tests.script.scripts import chained
from tests.script.templates.customer import Customer

MOST_WAYS = 64


@cache
def script_of(template_id: str) -> Script:
    return parse_script(yaml.safe_load(template(template_id).text))


@cache
def ways_of(template_id: str) -> tuple[Branch, ...]:
    """Every way; of very many an even choice, and enough to come to every step."""
    ways = branches(script_of(template_id))
    stride = -(-len(ways) // MOST_WAYS)
    chosen = {way.step_ids for way in (*ways[::stride], *covering(script_of(template_id), ways))}
    return tuple(way for way in ways if way.step_ids in chosen)


def is_unsuitable(script: Script, way: Branch) -> bool:
    """The product has more risk than a questionnaire finds or found (REG-24): it ends there."""
    known = way.known
    risk = known.circumstances.product_risk if known.circumstances else None
    asked = any(
        isinstance(step, QuestionnaireStep) and step.stop_above_tolerance for step in script.steps
    )
    return asked and risk is not None and risk > (known.risk_level or 5)


def covering(script: Script, ways: Sequence[Branch]) -> Iterator[Branch]:
    """Few ways, which together hold every step."""
    seen: set[str] = set()
    for way in sorted(ways, key=lambda each: -len(each.steps)):
        if not is_unsuitable(script, way) and not seen.issuperset(way.step_ids):
            seen.update(way.step_ids)
            yield way


@pytest.mark.parametrize("template_id", template_ids())
def test_every_way_comes_to_a_complete_record(template_id: str) -> None:
    script = script_of(template_id)
    demanded = scenario(script.scenario or "")
    assert demanded is not None
    for way in ways_of(template_id):
        events = chained(Customer(script, way).way())
        verdict, state = judge(script, events), fold(script, events)
        if is_unsuitable(script, way):
            assert verdict.outcome is ev.Outcome.INCOMPLETE
            assert ("risk-questionnaire", "not_suitable") in reasons(verdict)
            continue
        assert verdict.outcome is ev.Outcome.COMPLETE, (way.step_ids, verdict)
        begun = [e.payload.step_id for e in events if isinstance(e.payload, ev.StepBegun)]
        assert tuple(begun) == way.step_ids
        assert state.completed == set(way.step_ids)
        due = {d.clause for d in demanded.demands if not d.when or holds(d.when, state.known)}
        assert due <= {clause for step in way.steps for clause in step.clauses}


@pytest.mark.parametrize("template_id", template_ids())
def test_a_way_without_one_of_its_steps_is_never_complete(template_id: str) -> None:
    script = script_of(template_id)
    for way in covering(script, branches(script)):
        events = chained(Customer(script, way).way())
        for step_id in way.step_ids:
            kept = [e for e in events if getattr(e.payload, "step_id", None) != step_id]
            verdict = judge(script, kept)
            assert verdict.outcome is ev.Outcome.INCOMPLETE, step_id
            assert (step_id, "not_completed") in reasons(verdict)


@pytest.mark.parametrize("template_id", template_ids())
def test_a_refusal_ends_the_sale_or_calls_a_person(template_id: str) -> None:
    script = script_of(template_id)
    ways = list(covering(script, branches(script)))
    tried = 0
    for step in script.steps:
        for choice in step.choices if isinstance(step, AskedStep) else ():
            if choice.then not in {"stop", "person"}:
                continue
            way = next(way for way in ways if step.id in way.step_ids)
            events = chained(Customer(script, way, {step.id: choice.id}).way())
            verdict, state = judge(script, events), fold(script, events)
            assert verdict.outcome is ev.Outcome.INCOMPLETE
            if choice.then == "stop":
                assert verdict.missing[0] == ev.Missing(step_id=step.id, reason="customer_refused")
                assert state.phase is RunPhase.FINISHING
            else:
                assert state.phase is RunPhase.STAFFED
            tried += 1
    assert tried >= 3


def reasons(verdict: ev.VerdictGiven) -> set[tuple[str, str]]:
    return {(missing.step_id, missing.reason) for missing in verdict.missing}
