"""Conditions: what they say, what they leave undecided, and what is refused as nonsense."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shuanglu.script.branches import branches, known_of
from shuanglu.script.conditions import Circumstance, Condition, Known, age_on, applies, holds
from shuanglu.script.due import steps_due
from shuanglu.script.model import Script, parse_script
from tests.script.scripts import small_script

OLD = {"fact": "age", "at_least": 65}
RISKY = {"fact": "product_risk", "at_least": 4}


def condition(data: Any) -> Condition:
    return Condition.model_validate(data)


def knowing(**values: int | bool | str) -> Known:
    return known_of({Circumstance(name): value for name, value in values.items()})


@pytest.mark.parametrize(
    ("data", "values", "held"),
    [
        (OLD, {"age": 65}, True),
        (OLD, {"age": 64}, False),
        (OLD, {}, None),
        ({"fact": "age", "at_least": 18, "below": 60}, {"age": 60}, False),
        ({"fact": "channel", "is": ["counter", "remote"]}, {"channel": "remote"}, True),
        ({"fact": "death_benefit", "is": [True]}, {"death_benefit": False}, False),
        ({"all": [OLD, RISKY]}, {"age": 70}, None),
        ({"all": [OLD, RISKY]}, {"age": 30}, False),
        ({"any": [OLD, RISKY]}, {"age": 70}, True),
        ({"any": [OLD, RISKY]}, {"age": 30}, None),
        ({"not": OLD}, {"age": 30}, True),
        ({"not": OLD}, {}, None),
    ],
)
def test_three_values(data: Any, values: dict[str, Any], held: bool | None) -> None:  # noqa: FBT001 - a table of YAML
    assert holds(condition(data), knowing(**values)) is held


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"fact": "age"},
        {"fact": "age", "answer": "x", "at_least": 1},
        {"fact": "channel", "at_least": 3},
        {"fact": "channel", "is": [3]},
        {"fact": "death_benefit", "is": [1]},
        {"fact": "age", "is": [True]},
        {"fact": "weather", "is": ["good"]},
        {"answer": "x"},
        {"answer": "x", "is": []},
        {"all": []},
        {"all": [OLD], "at_least": 3},
        {"not": {"not": {}}},
    ],
)
def test_nonsense_is_refused(data: Any) -> None:
    with pytest.raises(ValidationError):
        condition(data)


def test_a_condition_is_written_as_it_was_read() -> None:
    data = {"all": [OLD, {"not": {"answer": "health", "is": ["fine"]}}]}
    assert condition(data).model_dump(mode="json") == data
    assert condition(condition(data).model_dump()) == condition(data)


@given(st.dates(date(1920, 1, 1), date(2026, 1, 1)), st.dates(date(2026, 1, 1), date(2040, 1, 1)))
def test_ages_count_birthdays(born: date, day: date) -> None:
    age = age_on(day, born)
    assert 0 <= (day.year - born.year) - age <= 1
    assert age_on(date(day.year + 1, 1, 1), born) >= age


def test_a_day_before_the_birthday_is_a_year_younger() -> None:
    assert age_on(date(2026, 3, 1), date(1966, 3, 1)) == 60
    assert age_on(date(2026, 2, 28), date(1966, 3, 1)) == 59
    assert age_on(date(2026, 2, 28), date(1964, 2, 29)) == 61
    assert age_on(date(2026, 3, 1), date(1964, 2, 29)) == 62


def branching() -> Script:
    """A health question with two ways on, and a step for the old."""
    whole = small_script().model_dump(mode="json")
    steps = {step["id"]: step for step in whole["steps"]}
    ask = steps["ask"]
    both = [{**choice, "accepted": True} for choice in ask["choices"]]
    more = {**steps["risk"], "id": "more", "when": {"answer": "ask", "is": ["no"]}}
    care = {**steps["risk"], "id": "care", "when": OLD}
    nested = {**ask, "id": "nested", "when": {"answer": "ask", "is": ["no"]}, "choices": both}
    last = {**steps["risk"], "id": "after", "when": {"answer": "nested", "is": ["no"]}}
    order = [steps["card"], {**ask, "choices": both}, more, care, nested, last, steps["confirm"]]
    return parse_script({**whole, "steps": order})


def ids(script: Script, known: Known) -> list[str]:
    return [step.id for step in steps_due(script, known)]


def test_what_is_not_known_applies() -> None:
    script = branching()
    everything = ["card", "ask", "more", "care", "nested", "after", "confirm"]
    assert ids(script, Known()) == everything
    assert ids(script, Known(answers={"ask": "yes"})) == ["card", "ask", "care", "confirm"]
    young = known_of({Circumstance.AGE: 30}, {"ask": "no"})
    assert ids(script, young) == ["card", "ask", "more", "nested", "after", "confirm"]


def test_an_answer_of_a_step_that_is_left_out_leads_nowhere() -> None:
    known = Known(answers={"ask": "yes", "nested": "no"})
    assert "after" not in ids(branching(), known)


def test_every_way_is_found() -> None:
    ways = {branch.step_ids for branch in branches(branching())}
    assert len(ways) == 6  # fine; not fine and then either: for the young and for the old
    assert ("card", "ask", "confirm") in ways


def test_a_condition_on_a_later_step_is_refused() -> None:
    whole = branching().model_dump(mode="json")
    whole["steps"][1]["when"] = {"answer": "nested", "is": ["no"]}
    with pytest.raises(Exception, match="does not come before it"):
        parse_script(whole)


def test_without_a_condition_everything_applies() -> None:
    assert applies(None, Known())


@pytest.mark.parametrize(
    ("data", "concerns"),
    [
        ({"fact": "age", "below": 18}, True),
        ({"fact": "age", "is": [16, 17]}, True),
        ({"all": [{"fact": "channel", "is": ["counter"]}, {"fact": "age", "below": 18}]}, True),
        ({"fact": "age", "at_least": 60}, False),
        ({"fact": "age", "below": 60}, False),
        ({"fact": "product_risk", "below": 4}, False),
    ],
)
def test_a_condition_may_concern_minors_only(data: dict[str, Any], *, concerns: bool) -> None:
    assert Condition.model_validate(data).concerns_younger_than(18) is concerns
