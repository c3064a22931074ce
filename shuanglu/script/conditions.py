"""When a step applies: conditions over what is known of the sale and over earlier answers.

Stage: below the script and its runner, pure. Three-valued: what is not known leaves a
condition undecided, and a step whose condition is undecided applies. It never guesses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shuanglu.rules.suitability import is_valid, shipped_suitability
from shuanglu.script.refusal import refusal
from shuanglu.timeline.events import Circumstances, SuitabilityChecked
from shuanglu.timeline.events.payload import is_absent

Value = int | bool | str
OLDEST_YEARS = 130


class Circumstance(StrEnum):
    """What a condition may ask about."""

    AGE = "age"  # whole years on the day of the sale; known once the identity is confirmed
    PRODUCT_RISK = "product_risk"  # 1 to 5 (REG-24)
    CHANNEL = "channel"
    PROVINCE = "province"  # REG-2
    DEATH_BENEFIT = "death_benefit"  # REG-8
    RETURNING = "returning"  # has a valid assessment; what the server counted goes before
    RISK_LEVEL = "risk_level"  # 1 to 5, once a questionnaire is answered or still valid (REG-24)
    LEVEL_CHANGED = "level_changed"  # differs from the last one: to be reconfirmed (REG-24)


FOUND_OUT = frozenset({Circumstance.AGE, Circumstance.RISK_LEVEL, Circumstance.LEVEL_CHANGED})
TOLD = frozenset(Circumstance) - FOUND_OUT
"""Told when the session is created; the others are found out in it."""
NUMBERS = frozenset({Circumstance.AGE, Circumstance.PRODUCT_RISK, Circumstance.RISK_LEVEL})
FLAGS = frozenset({Circumstance.DEATH_BENEFIT, Circumstance.RETURNING, Circumstance.LEVEL_CHANGED})


class Condition(BaseModel):
    """One of: a circumstance compared, an answer compared, or others combined.

    In YAML: ``{fact: age, at_least: 65}``, ``{answer: health, is: [abnormal]}``,
    ``{all: […]}``, ``{any: […]}``, ``{not: {…}}``.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True
    )
    fact: Circumstance | None = Field(default=None, exclude_if=is_absent)
    answer: str | None = Field(default=None, description="id of a step", exclude_if=is_absent)
    at_least: int | None = Field(default=None, exclude_if=is_absent)
    below: int | None = Field(default=None, exclude_if=is_absent)
    is_: tuple[Value, ...] | None = Field(default=None, alias="is", exclude_if=is_absent)
    all_: tuple[Condition, ...] | None = Field(default=None, alias="all", exclude_if=is_absent)
    any_: tuple[Condition, ...] | None = Field(default=None, alias="any", exclude_if=is_absent)
    not_: Condition | None = Field(default=None, alias="not", exclude_if=is_absent)

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        forms = (self.fact, self.answer, self.all_, self.any_, self.not_)
        if sum(form is not None for form in forms) != 1:
            told = "a condition has exactly one of: fact, answer, all, any, not"
            raise refusal("one_form", told)
        compared = [c for c in (self.at_least, self.below, self.is_) if c is not None]
        if self.fact is not None:
            self._check_fact(self.fact, len(compared))
        elif self.answer is not None:
            if self.is_ is None or len(compared) != 1:
                told = "a condition on an answer needs: is, with the ids of choices"
                raise refusal("answer_needs_is", told)
        elif compared:
            told = "at_least, below and is belong beside a fact or an answer"
            raise refusal("comparison_alone", told)
        if () in (self.all_, self.any_, self.is_):
            told = "an empty list holds never or always: leave the condition out"
            raise refusal("empty_condition", told)
        return self

    def _check_fact(self, fact: Circumstance, compared: int) -> None:
        if compared == 0:
            raise refusal("fact_uncompared", "a fact needs one of: at_least, below, is")
        if fact not in NUMBERS and (self.at_least is not None or self.below is not None):
            told = "{fact} is no number: compare it with is"
            raise refusal("not_a_number", told, fact=fact)
        kind = bool if fact in FLAGS else int if fact in NUMBERS else str
        if self.is_ is not None and any(type(value) is not kind for value in self.is_):
            told = "{fact} is compared with values of type {kind}"
            raise refusal("fact_type", told, at=("is",), fact=fact, kind=kind.__name__)

    def parts(self) -> Iterator[Condition]:
        """This condition and every one inside it."""
        yield self
        inner = (*(self.all_ or ()), *(self.any_ or ()), *((self.not_,) if self.not_ else ()))
        for part in inner:
            yield from part.parts()

    @property
    def facts(self) -> frozenset[Circumstance]:
        """The circumstances that it asks about."""
        return frozenset(part.fact for part in self.parts() if part.fact is not None)

    def concerns_younger_than(self, years: int) -> bool:
        """Whether some part of it holds of ages below ``years`` only."""
        ages = [part for part in self.parts() if part.fact is Circumstance.AGE]
        return any(
            not any(compares(part, age) for age in range(years, OLDEST_YEARS))
            and any(compares(part, age) for age in range(years))
            for part in ages
        )

    @property
    def answers(self) -> frozenset[str]:
        """The steps whose answers it asks about."""
        return frozenset(part.answer for part in self.parts() if part.answer is not None)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known at some moment of a run."""

    circumstances: Circumstances | None = None
    birth_date: date | None = None
    risk_level: int | None = None
    """Of this session's questionnaire."""
    assessed: SuitabilityChecked | None = None
    """What the server counted of earlier ones."""
    answers: Mapping[str, str] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    """Steps that do not apply: they will never be answered, so nothing about them holds."""

    def value(self, fact: Circumstance) -> Value | None:
        """``None``: nobody told it, or it was not found out yet."""
        match fact:
            case Circumstance.AGE:
                return self._age
            case Circumstance.RISK_LEVEL:
                return self.risk_level if self.risk_level is not None else self._valid_level
            case Circumstance.LEVEL_CHANGED:
                return self._level_changed
            case Circumstance.RETURNING if self.assessed is not None and self.assessed.evaluated:
                return self._valid_level is not None
        told: Value | None = getattr(self.circumstances, fact, None)
        return told

    @property
    def _valid_level(self) -> int | None:
        """The level of an earlier assessment that still counts on the day of the sale."""
        if self.assessed is None or self.circumstances is None:
            return None
        valid = is_valid(self.assessed, self.circumstances.sale_date, shipped_suitability())
        return self.assessed.previous_level if valid else None

    @property
    def _level_changed(self) -> bool | None:
        if self.risk_level is None or self.assessed is None or not self.assessed.evaluated:
            return None
        previous = self.assessed.previous_level
        return previous is not None and previous != self.risk_level

    @property
    def _age(self) -> int | None:
        if self.birth_date is None or self.circumstances is None:
            return None
        return age_on(self.circumstances.sale_date, self.birth_date)


def age_on(day: date, birth_date: date) -> int:
    """Whole years; on 29 February's birthday of a common year one is a year older on 1 March."""
    had_birthday = (day.month, day.day) >= (birth_date.month, birth_date.day)
    return day.year - birth_date.year - (not had_birthday)


def holds(condition: Condition, known: Known) -> bool | None:
    """Whether it holds; ``None`` while it is undecided."""
    if condition.not_ is not None:
        inner = holds(condition.not_, known)
        return None if inner is None else not inner
    if condition.all_ is not None:
        return _all(holds(part, known) for part in condition.all_)
    if condition.any_ is not None:
        none_of = _all(_not(holds(part, known)) for part in condition.any_)
        return _not(none_of)
    if condition.answer is not None:
        if condition.answer in known.left_out:
            return False
        answer = known.answers.get(condition.answer)
        return None if answer is None else answer in (condition.is_ or ())
    value = known.value(condition.fact) if condition.fact else None
    return None if value is None else compares(condition, value)


def applies(when: Condition | None, known: Known) -> bool:
    """Whether a step with that condition is to be done, as far as is known now."""
    return when is None or holds(when, known) is not False


def compares(condition: Condition, value: Value) -> bool:
    """Whether a condition on a fact holds of that value."""
    if condition.is_ is not None and value not in condition.is_:
        return False
    if condition.at_least is not None and int(value) < condition.at_least:
        return False
    return condition.below is None or int(value) < condition.below


def _all(parts: Iterator[bool | None]) -> bool | None:
    results = list(parts)
    if False in results:
        return False
    return None if None in results else True


def _not(value: bool | None) -> bool | None:  # noqa: FBT001 - a truth value is what it negates
    return None if value is None else not value
