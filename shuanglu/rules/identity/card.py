"""Lines of text on a PRC second-generation ID card to fields, by pattern.

Stage: behind the reader of text. Labels run into values and lines come in any order, so
fields are found by what they look like. It never guesses a character.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from shuanglu.rules.identity.number import FORM
from shuanglu.timeline.events import CardSide

FOR_EVER = date(9999, 12, 31)
"""Stands for 长期: valid without an end."""
_NUMBER = re.compile(r"(?<!\d)" + FORM.pattern + r"(?!\d)", re.IGNORECASE)
_NAME = re.compile(r"姓?名[::]?([\u4e00-\u9fff·]{2,20})")
_SEX = re.compile(r"性?别?[::]?([男女])(?=$|民|\s)|性别[::]?([男女])")
_BIRTH = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_VALID = re.compile(
    r"(\d{4})[.-](\d{2})[.-](\d{2})[-—–~至](?:(\d{4})[.-](\d{2})[.-](\d{2})|(长期))"
)
_NO_NAME = re.compile(r"姓名|性别|民族|出生|住址|公民|身份|号码|[省市区县路号室村镇]")
_LONE_NAME = re.compile(r"[\u4e00-\u9fff·]{2,6}")


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line as read; ``confidence`` 0 to 1."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class CardFields:
    """What a side of a card says; ``None`` where nothing was found."""

    name: str | None = None
    number: str | None = None
    sex: Literal["male", "female"] | None = None
    birth_date: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    confidence: float = 0.0


def read_card(side: CardSide, lines: Sequence[TextLine]) -> CardFields:
    """The fields of that side. ``confidence`` is the least of the lines that were used."""
    plain = [TextLine(re.sub(r"\s+", "", line.text), line.confidence) for line in lines]
    return _front(plain) if side is CardSide.FRONT else _back(plain)


def _front(lines: Sequence[TextLine]) -> CardFields:
    used: list[float] = []
    number = _found(lines, _NUMBER, used)
    birth = _found(lines, _BIRTH, used)
    sex = _found(lines, _SEX, used)
    name = _name(lines, used)
    return CardFields(
        name=name,
        number=number.group().upper() if number else None,
        sex=_sex(sex),
        birth_date=_date(birth.groups()) if birth else None,
        confidence=min(used, default=0.0),
    )


def _back(lines: Sequence[TextLine]) -> CardFields:
    used: list[float] = []
    valid = _found(lines, _VALID, used)
    if valid is None:
        return CardFields()
    until = FOR_EVER if valid.group(7) else _date(valid.groups()[3:6])
    return CardFields(valid_from=_date(valid.groups()[:3]), valid_until=until, confidence=min(used))


def _found(
    lines: Sequence[TextLine], pattern: re.Pattern[str], used: list[float]
) -> re.Match[str] | None:
    for line in lines:
        match = pattern.search(line.text)
        if match:
            used.append(line.confidence)
            return match
    return None


def _name(lines: Sequence[TextLine], used: list[float]) -> str | None:
    labelled = _found(lines, _NAME, used)
    if labelled:
        return labelled.group(1)
    for line in lines:  # the label was not read: the first short line that is no other field
        if _LONE_NAME.fullmatch(line.text) and not _NO_NAME.search(line.text):
            used.append(line.confidence)
            return line.text
    return None


def _sex(match: re.Match[str] | None) -> Literal["male", "female"] | None:
    if match is None:
        return None
    return "male" if (match.group(1) or match.group(2)) == "男" else "female"


def _date(parts: Sequence[str]) -> date | None:
    try:
        year, month, day = (int(part) for part in parts)
        return date(year, month, day)
    except (TypeError, ValueError):
        return None
