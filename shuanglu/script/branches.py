"""Every way that a script can go: which steps apply, for values that its conditions tell apart.

Stage: while a script is written, and in tests. It never runs a session.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from math import prod

from shuanglu.errors import InvalidInputError
from shuanglu.script.conditions import (
    FLAGS,
    NUMBERS,
    TOLD,
    Circumstance,
    Condition,
    Known,
    Value,
    compares,
    holds,
)
from shuanglu.script.due import steps_due
from shuanglu.script.model import Script
from shuanglu.script.steps import AskedStep, Step
from shuanglu.timeline.events import Channel, Circumstances, SuitabilityChecked

MOST_COMBINATIONS = 50_000
SALE_DATE = date(2026, 1, 1)
"""Of a simulated sale: whoever is n years old has his birthday on that day."""
USUAL_AGE = 40
OLDEST = 120
ELSEWHERE = "其他"
"""A province that no condition names."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One way through a script, and an example of what leads to it."""

    known: Known
    steps: tuple[Step, ...]

    @property
    def step_ids(self) -> tuple[str, ...]:
        """In script order."""
        return tuple(step.id for step in self.steps)


def known_of(values: dict[Circumstance, Value], answers: dict[str, str] | None = None) -> Known:
    """What would be known in a simulated sale; what is not among ``values`` is not known."""
    told = {name: values[name] for name in Circumstance if name in values and name in TOLD}
    age, level = values.get(Circumstance.AGE), values.get(Circumstance.RISK_LEVEL)
    return Known(
        circumstances=Circumstances.model_validate({"sale_date": SALE_DATE, **told}),
        birth_date=None if age is None else SALE_DATE.replace(year=SALE_DATE.year - int(age)),
        risk_level=None if level is None else int(level),
        assessed=_assessed(values),
        answers=answers or {},
    )


def _assessed(values: dict[Circumstance, Value]) -> SuitabilityChecked | None:
    """An earlier assessment with which the level has changed, or has not."""
    changed = values.get(Circumstance.LEVEL_CHANGED)
    if changed is None:
        return None
    level = int(values.get(Circumstance.RISK_LEVEL, 1))
    days_ago = 30 if values.get(Circumstance.RETURNING) else 800
    return SuitabilityChecked(
        evaluated=True,
        today=0,
        last_12_months=1,
        previous_level=level % 5 + 1 if changed else level,
        previous_on=SALE_DATE - timedelta(days=days_ago),
        policy_version=1,
    )


def branches(script: Script, *, also: tuple[Condition, ...] = ()) -> tuple[Branch, ...]:
    """Every distinct way, and every combination of what ``also`` tells apart.

    Raises ``InvalidInputError`` for conditions with more combinations than can be looked at.
    """
    conditions = [step.when for step in script.steps if step.when] + list(also)
    names, domains = _domains(script, conditions)
    if prod(len(domain) for domain in domains) > MOST_COMBINATIONS:
        raise InvalidInputError("the conditions have too many combinations", field="steps")
    found: dict[tuple[object, ...], Branch] = {}
    for values in product(*domains):
        named = dict(zip(names, values, strict=True))
        known = known_of(
            {name: value for name, value in named.items() if isinstance(name, Circumstance)},
            {name: str(v) for name, v in named.items() if not isinstance(name, Circumstance)},
        )
        steps = steps_due(script, known)
        kept = tuple(holds(condition, known) for condition in also)
        found.setdefault((*(step.id for step in steps), *kept), Branch(known, steps))
    return tuple(found.values())


def _domains(
    script: Script, conditions: list[Condition]
) -> tuple[list[Circumstance | str], list[list[Value]]]:
    parts = [part for condition in conditions for part in condition.parts()]
    facts = sorted({part.fact for part in parts if part.fact is not None})
    asked = sorted({part.answer for part in parts if part.answer is not None})
    names: list[Circumstance | str] = [*facts, *asked]
    domains = [_told_apart(fact, [p for p in parts if p.fact is fact]) for fact in facts]
    return names, [*domains, *(_choices(script, step_id) for step_id in asked)]


def _told_apart(fact: Circumstance, parts: list[Condition]) -> list[Value]:
    """The first of the values that no condition tells apart stands for all of them."""
    first: dict[tuple[bool, ...], Value] = {}
    for value in _values(fact, parts):
        first.setdefault(tuple(compares(part, value) for part in parts), value)
    return list(first.values())


def _values(fact: Circumstance, parts: list[Condition]) -> list[Value]:
    if fact in FLAGS:
        return [False, True]
    if fact is Circumstance.CHANNEL:
        return [channel.value for channel in Channel]
    named = {value for part in parts for value in part.is_ or ()}
    if fact not in NUMBERS:
        return [*sorted(str(value) for value in named), ELSEWHERE]
    if fact is not Circumstance.AGE:
        return [1, 2, 3, 4, 5]
    edges = {edge for part in parts for edge in (part.at_least, part.below) if edge is not None}
    ages = {USUAL_AGE, *edges, *(edge - 1 for edge in edges), *(int(value) for value in named)}
    return sorted(age for age in ages if 0 <= age <= OLDEST)


def _choices(script: Script, step_id: str) -> list[Value]:
    """The answers with which a script goes on: a refused one ends the attempt."""
    step = script.step(step_id)
    return list(step.accepted_choices) if isinstance(step, AskedStep) else []


def walks(script: Script) -> Iterator[Branch]:
    """The distinct ways, for tests that walk every one."""
    yield from branches(script)
