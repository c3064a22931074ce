"""REG-24: two a day, eight in twelve months, valid for twelve months, a change reconfirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from shuanglu.rules.suitability import is_valid, may_assess, shipped_suitability
from shuanglu.script.conditions import Circumstance, Known
from shuanglu.timeline.events import Circumstances
from tests.worker.small_stage import counted

POLICY = shipped_suitability()
TODAY = date(2026, 11, 26)
KNOWN = Known(circumstances=Circumstances(sale_date=TODAY))


@pytest.mark.parametrize(
    ("today", "year", "allowed"),
    [(0, 0, True), (1, 7, True), (2, 2, False), (0, 8, False), (1, 8, False)],
)
def test_so_many_and_no_more(today: int, year: int, allowed: bool) -> None:  # noqa: FBT001 - a table
    assert may_assess(counted(today, year), POLICY) is allowed


def test_what_could_not_be_counted_forbids_nothing_and_proves_nothing() -> None:
    unknown = counted(evaluated=False)
    assert may_assess(unknown, POLICY)
    assert not is_valid(unknown, TODAY, POLICY)


@pytest.mark.parametrize(
    ("assessed_on", "valid"),
    [
        (date(2025, 11, 27), True),
        (date(2025, 11, 26), False),
        (date(2026, 11, 26), True),
        (None, False),
    ],
)
def test_a_result_is_valid_for_twelve_months(assessed_on: date | None, valid: bool) -> None:  # noqa: FBT001 - a table
    assert is_valid(counted(0, 1, 3, assessed_on), TODAY, POLICY) is valid


def test_a_leap_day_has_an_anniversary() -> None:
    assert is_valid(counted(0, 1, 3, date(2024, 2, 29)), date(2025, 2, 27), POLICY)
    assert not is_valid(counted(0, 1, 3, date(2024, 2, 29)), date(2025, 2, 28), POLICY)


def test_what_the_server_counted_goes_before_what_staff_say() -> None:
    """A seller cannot skip the questionnaire by calling a stranger a returning customer."""
    told = replace(KNOWN, circumstances=Circumstances(sale_date=TODAY, returning=True))
    assert told.value(Circumstance.RETURNING) is True
    assert replace(told, assessed=counted()).value(Circumstance.RETURNING) is False
    valid = replace(KNOWN, assessed=counted(0, 1, 3, date(2026, 6, 1)))
    assert valid.value(Circumstance.RETURNING) is True
    assert valid.value(Circumstance.RISK_LEVEL) == 3
    unknown = replace(told, assessed=counted(evaluated=False))
    assert unknown.value(Circumstance.RETURNING) is True


def test_a_changed_level_is_known_once_there_is_a_new_one() -> None:
    before = replace(KNOWN, assessed=counted(0, 1, 3, date(2024, 6, 1)))
    assert before.value(Circumstance.LEVEL_CHANGED) is None
    assert replace(before, risk_level=4).value(Circumstance.LEVEL_CHANGED) is True
    assert replace(before, risk_level=3).value(Circumstance.LEVEL_CHANGED) is False
    never = replace(KNOWN, assessed=counted(), risk_level=4)
    assert never.value(Circumstance.LEVEL_CHANGED) is False
