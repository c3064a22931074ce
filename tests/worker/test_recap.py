"""What a summary shows: the steps that stand, found in one pass and once an attempt."""

from __future__ import annotations

import yaml

from demo.ways import Way, ways_of
from shuanglu.evidence.confirmed import confirmed_items
from shuanglu.script.model import Script, parse_script
from shuanglu.script.runner import RunState, fold
from shuanglu.script.templates import template
from shuanglu.timeline import events as ev
from tests.script.scripts import chained
from tests.script.templates.customer import Customer
from tests.worker.small_stage import SmallStage


def at_the_summary() -> tuple[Script, Way, list[ev.Event], RunState]:
    """A loan, as far as its summary."""
    script = parse_script(yaml.safe_load(template("loan-signing").text))
    way = ways_of(script)[0]
    whole = Customer(script, way.branch, way.answers).way()
    begun = next(
        at
        for at, payload in enumerate(whole)
        if isinstance(payload, ev.StepBegun) and payload.step_id == "summary"
    )
    events = list(chained(whole[: begun + 1]))
    return script, way, events, fold(script, events)


def test_every_step_that_stands_is_an_item() -> None:
    script, way, events, state = at_the_summary()
    items = confirmed_items(script, state, events)
    before = way.branch.step_ids[: way.branch.step_ids.index("summary")]
    assert tuple(item.step_id for item in items) == before
    chosen = {item.step_id: item.choice for item in items if item.choice is not None}
    assert chosen.items() <= way.answers.items()
    assert set(chosen) == set(way.answers).intersection(before)


def test_what_is_of_another_attempt_is_not_taken() -> None:
    script, _, events, state = at_the_summary()
    other = ev.AnswerTapped(step_id="credit-report", attempt=2, choice="not-agreed")
    moved = events[-1].model_copy(update={"payload": other})
    items = confirmed_items(script, state, [*events, moved])
    assert items == confirmed_items(script, state, events)


async def test_it_is_computed_once_an_attempt() -> None:
    """The page asks four times a second, and the sound of every session waits meanwhile."""
    script, _, _, state = at_the_summary()
    stage = SmallStage(script=script)
    stage.state = state
    first = stage.director.shown().recap
    assert first
    assert stage.director.shown().recap is first
    assert state.step_id == "summary"
