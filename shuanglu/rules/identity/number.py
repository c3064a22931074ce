"""The citizen number of GB 11643-1999: region, birth date, sequence, check digit."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

FORM = re.compile(r"[1-9]\d{16}[0-9X]")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
"""ISO 7064 MOD 11-2, as GB 11643-1999 section 6 prescribes."""
PROVINCES = frozenset(
    {71, 81, 82, 83}.union(
        range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66)
    )
)
"""GB/T 2260 codes of provinces; 83 is used for residents from Taiwan."""
SHOWN_FIRST, SHOWN_LAST = 3, 4


def check_digit(first_17: str) -> str:
    """The eighteenth character of the number."""
    total = sum(int(digit) * weight for digit, weight in zip(first_17, WEIGHTS, strict=True))
    return CHECK_DIGITS[total % 11]


def number_is_sound(number: str) -> bool:
    """Form, province, a date that exists, and the check digit."""
    return (
        FORM.fullmatch(number) is not None
        and int(number[:2]) in PROVINCES
        and birth_date_in(number) is not None
        and number[-1] == check_digit(number[:17])
    )


def birth_date_in(number: str) -> date | None:
    """The birth date in the number, if such a day exists."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex_in(number: str) -> Literal["male", "female"]:
    """An odd sequence number is a man's."""
    return "male" if int(number[16]) % 2 else "female"


def masked_number(number: str | None) -> str | None:
    """``110***********1234``: enough to recognise one's own, not enough to use."""
    if number is None:
        return None
    hidden = len(number) - SHOWN_FIRST - SHOWN_LAST
    return number[:SHOWN_FIRST] + "*" * max(0, hidden) + number[-SHOWN_LAST:]
