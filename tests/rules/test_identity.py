"""A card is believed only where everything on it fits together, and faces only by the policy."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuanglu.errors import InvalidInputError
from shuanglu.rules.identity import (
    YOUNGEST_YEARS,
    CardFields,
    TextLine,
    check_card,
    face_outcome,
    masked_number,
    number_is_sound,
    parse_identity,
    read_card,
    shipped_identity,
)
from shuanglu.rules.identity.number import check_digit
from shuanglu.timeline.events import CardSide, FaceOutcome

TODAY = date(2026, 11, 26)
NUMBER = "11010519491231002X"
"""The example of GB 11643-1999 itself."""


def numbered(born: date, sequence: int = 123, region: str = "110105") -> str:
    first = f"{region}{born:%Y%m%d}{sequence:03d}"
    return first + check_digit(first)


def front(*texts: str) -> CardFields:
    return read_card(CardSide.FRONT, [TextLine(text, 0.9) for text in texts])


def test_the_standards_own_example_is_sound() -> None:
    assert number_is_sound(NUMBER)


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(place: int, by: int) -> None:
    wrong = (int(NUMBER[place]) + by) % 10
    assert not number_is_sound(NUMBER[:place] + str(wrong) + NUMBER[place + 1 :])


@given(st.integers(0, 15))
def test_two_swapped_digits_are_always_found(place: int) -> None:
    one, two = NUMBER[place], NUMBER[place + 1]
    if one != two:
        assert not number_is_sound(NUMBER[:place] + two + one + NUMBER[place + 2 :])


@pytest.mark.parametrize(
    "number",
    ["", "1101051949123100", NUMBER + "1", "01010519491231002X", "99010519491231002X", "一" * 18],
)
def test_what_has_not_the_form_is_not_sound(number: str) -> None:
    assert not number_is_sound(number)


def test_a_day_that_never_was_is_not_sound() -> None:
    first = "11010519490230" + "002"
    assert not number_is_sound(first + check_digit(first))


@given(st.dates(date(1900, 1, 1), date(2020, 12, 31)), st.integers(0, 999))
def test_a_masked_number_hides_the_birth_date(born: date, sequence: int) -> None:
    masked = masked_number(numbered(born, sequence)) or ""
    assert len(masked) == 18
    assert masked[3:14] == "*" * 11


def test_labels_that_run_into_values_are_parted() -> None:
    number = numbered(date(1990, 1, 15))
    fields = front(
        "姓名王小明",
        "性别男民族汉",
        "出生1990年1月15日",
        "住址北京市朝阳区",
        f"公民身份号码{number}",
    )
    assert (fields.name, fields.number, fields.sex) == ("王小明", number, "male")
    assert fields.birth_date == date(1990, 1, 15)
    assert check_card(fields, "王小明", TODAY) == ()


def test_a_name_without_its_label_is_found() -> None:
    assert front("欧阳婷婷", "性别女", numbered(date(1985, 12, 3))).name == "欧阳婷婷"


def test_the_least_confidence_of_what_was_used_counts() -> None:
    lines = [TextLine("姓名王小明", 0.6), TextLine(NUMBER, 0.9), TextLine("住址北京市", 0.1)]
    assert read_card(CardSide.FRONT, lines).confidence == 0.6


def test_nothing_readable_is_nothing() -> None:
    fields = front("住址北京市朝阳区幸福路100号", "###")
    assert (fields.name, fields.number, fields.confidence) == (None, None, 0.0)
    assert "unreadable" in check_card(fields, "王小明", TODAY)


@pytest.mark.parametrize(
    ("changed", "failed"),
    [
        ({"number": numbered(date(1990, 1, 15))[:-1] + "0"}, "check_digit"),
        ({"birth_date": date(1990, 1, 16)}, "birth_date"),
        ({"sex": "female"}, "sex"),
        ({"name": "王小名"}, "name_differs"),
        ({"number": numbered(date(2015, 1, 15)), "birth_date": date(2015, 1, 15)}, "age"),
    ],
)
def test_each_contradiction_is_named(changed: dict[str, object], failed: str) -> None:
    whole: dict[str, object] = {
        "name": "王小明",
        "number": numbered(date(1990, 1, 15)),
        "sex": "male",
        "birth_date": date(1990, 1, 15),
    }
    fields = CardFields(**{**whole, **changed})  # type: ignore[arg-type]
    assert failed in check_card(fields, "王小明", TODAY)


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        ("2020.01.15-2040.01.15", ()),
        ("有效期限2020.01.15-长期", ()),
        ("2000.01.15-2020.01.15", ("expired",)),
        ("2027.01.15-2047.01.15", ("not_yet_valid",)),
        ("2020.01.15-2040.13.45", ("unreadable",)),
        ("签发机关", ("unreadable",)),
    ],
)
def test_the_back_says_how_long(text: str, failed: tuple[str, ...]) -> None:
    fields = read_card(CardSide.BACK, [TextLine("签发机关北京市公安局", 1), TextLine(text, 0.9)])
    assert check_card(fields, "王小明", TODAY) == failed


def test_one_kind_of_middle_dot() -> None:
    fields = CardFields(name="买买提•江", number=numbered(date(1979, 3, 8)))
    assert check_card(fields, "买买提·江", TODAY) == ()


def test_a_near_miss_goes_to_a_person() -> None:
    policy = shipped_identity()
    middle = (policy.same_from + policy.other_below) / 2
    assert face_outcome(policy.same_from, policy) is FaceOutcome.SAME
    assert face_outcome(middle, policy) is FaceOutcome.UNSURE
    assert face_outcome(policy.other_below - 0.001, policy) is FaceOutcome.OTHER
    assert face_outcome(None, policy) is FaceOutcome.NOT_EVALUATED


def test_thresholds_that_overlap_are_refused() -> None:
    with pytest.raises(InvalidInputError):
        parse_identity(
            {"version": 1, "in_force_from": "2026-01-01", "same_from": 0.3, "other_below": 0.4}
        )


@pytest.mark.parametrize(("born_in", "failed"), [(2009, ()), (2019, ("age",))])
def test_a_minor_may_where_the_script_asks_for_a_guardian(
    born_in: int, failed: tuple[str, ...]
) -> None:
    fields = CardFields(name="王小明", number=numbered(date(born_in, 1, 15)))
    assert check_card(fields, "王小明", TODAY) == ("age",)
    assert check_card(fields, "王小明", TODAY, youngest_years=YOUNGEST_YEARS) == failed
