"""Can this card be true, today, and is it this customer's?"""

from __future__ import annotations

from datetime import date

from shuanglu.rules.identity.card import CardFields
from shuanglu.rules.identity.number import birth_date_in, number_is_sound, sex_in

OLDEST_YEARS = 130
ADULT_YEARS = 18
"""Who may buy alone (民法典 art. 18)."""
YOUNGEST_YEARS = 8
"""From then on one may with a guardian's consent (民法典 art. 19), where the script asks for it."""


def check_card(
    fields: CardFields, expected_name: str, today: date, *, youngest_years: int = ADULT_YEARS
) -> tuple[str, ...]:
    """Names of the checks that fail, in a fixed order; nothing when all hold.

    ``unreadable`` where there is no number or no name, or on the back no end of the
    validity; ``check_digit``, ``birth_date``, ``sex``, ``age``, ``expired``,
    ``not_yet_valid``, ``name_differs``. A field that the card's other side holds is not
    missed here. Under ``youngest_years`` the age fails.
    """
    if fields.valid_until is not None or fields.valid_from is not None:
        return _validity(fields, today)
    failed: list[str] = []
    if fields.number is None or fields.name is None:
        failed.append("unreadable")
    if fields.number is not None:
        failed += _number(fields, fields.number, today, youngest_years)
    if fields.name is not None and _plain(fields.name) != _plain(expected_name):
        failed.append("name_differs")
    return tuple(failed)


def _number(fields: CardFields, number: str, today: date, youngest_years: int) -> list[str]:
    if not number_is_sound(number):
        return ["check_digit"]
    failed = []
    born = birth_date_in(number)
    if born is None or born > today or (fields.birth_date or born) != born:
        failed.append("birth_date")
    if (fields.sex or sex_in(number)) != sex_in(number):
        failed.append("sex")
    if born is not None and not youngest_years <= age_on(born, today) <= OLDEST_YEARS:
        failed.append("age")
    return failed


def _validity(fields: CardFields, today: date) -> tuple[str, ...]:
    failed = []
    if fields.valid_until is None:
        failed.append("unreadable")
    elif fields.valid_until < today:
        failed.append("expired")
    if fields.valid_from is not None and fields.valid_from > today:
        failed.append("not_yet_valid")
    return tuple(failed)


def age_on(born: date, today: date) -> int:
    """Whole years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _plain(name: str) -> str:
    """Without blanks, and with one kind of middle dot (names of minorities)."""
    return "".join(name.split()).translate({ord(dot): "·" for dot in "•・.．‧"})
