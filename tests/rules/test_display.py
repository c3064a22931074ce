"""Elder mode by the birth date in a number: a policy's years, never the page's business."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from shuanglu.rules.display import DisplayPolicy, is_elder, shipped_display

BORN_1966_11_26 = "110105196611261233"
TODAY = date(2026, 11, 26)


def test_the_shipped_policy_names_its_source() -> None:
    policy = shipped_display()
    assert (policy.version, policy.source, policy.elder_from_years) == (1, "REG-33", 60)


@pytest.mark.parametrize(
    ("today", "elder"),
    [(TODAY, True), (date(2026, 11, 25), False), (date(2060, 1, 1), True)],
)
def test_the_birthday_itself_counts(today: date, *, elder: bool) -> None:
    assert is_elder(BORN_1966_11_26, today, shipped_display()) is elder


@pytest.mark.parametrize("number", ["", "110105196613401233", "not a number at all"])
def test_a_number_without_a_date_says_nothing(number: str) -> None:
    assert not is_elder(number, TODAY, shipped_display())


@pytest.mark.parametrize("changed", [{"elder_from_years": 0}, {"source": "hearsay"}, {"more": 1}])
def test_a_policy_that_makes_no_sense_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        DisplayPolicy.model_validate({**shipped_display().model_dump(), **changed})
