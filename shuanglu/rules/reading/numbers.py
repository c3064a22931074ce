"""Numbers as they are said, so that "10%" and "百分之十" are the same words.

Stage: before a text is compared with what was recognised; a recogniser writes either.
"""

from __future__ import annotations

import re

_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_GROUPS = ("", "万", "亿", "万亿")
LONGEST_AMOUNT = 16
"""Digits; what is longer is no amount and is read digit by digit."""
_YEAR, _FULL = 4, 1000
_LONG = 5
"""So many digits without a unit after them are a telephone number or a code."""
_NUMBER = re.compile(
    r"(\d+(?:,\d{3})*)(?:\.(\d+))?(\s*[%％])?(\s*[年元万亿天月日份股个块点倍人次期岁级])?"
)


def read_out(text: str) -> str:
    """Arabic numbers as they are said, with a percent sign before and a year digit by digit."""
    return _NUMBER.sub(_said, text)


def _said(found: re.Match[str]) -> str:
    whole, fraction, percent, unit = found.groups()
    digits = whole.replace(",", "")
    unit = (unit or "").strip()
    is_code = (not unit and not percent and not fraction and len(digits) >= _LONG) or (
        unit == "年" and len(digits) == _YEAR
    )
    said = _each(digits) if is_code or len(digits) > LONGEST_AMOUNT else amount(int(digits))
    if fraction:
        said += "点" + _each(fraction)
    return ("百分之" if percent else "") + said + unit


def _each(digits: str) -> str:
    return "".join(_DIGITS[int(digit)] for digit in digits)


def amount(number: int) -> str:
    """A whole number from 0 to below 10^16 as it is said: 10050 is 一万零五十."""
    if number == 0:
        return _DIGITS[0]
    groups: list[int] = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    said = ""
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if group == 0:
            continue
        is_gap = bool(said) and (group < _FULL or groups[place + 1] == 0)
        said += (_DIGITS[0] if is_gap else "") + _below_10_000(group) + _GROUPS[place]
    return said.removeprefix("一") if said.startswith("一十") else said


def _below_10_000(number: int) -> str:
    said, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit == 0:
            gap = bool(said)
            continue
        said += (_DIGITS[0] if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return said
