"""Legible or not: the form of the ink, then the words in it against the customer's name.

Stage: pure. It never takes what was not read for what was read: without a reading the
outcome is "not evaluated", whatever the form.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from shuanglu.rules.legibility.form import Form
from shuanglu.rules.legibility.policy import LegibilityPolicy
from shuanglu.timeline.events import Legibility


@dataclass(frozen=True, slots=True)
class Reading:
    """What the recogniser read, and how sure it was, 0 to 1."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome, why, and what was measured."""

    outcome: Legibility
    reasons: tuple[str, ...]
    scores: dict[str, float]


def judged(form: Form, reading: Reading | None, name: str, policy: LegibilityPolicy) -> Judgement:
    """Judge one signature.

    1. A form that cannot be a name is ``illegible``, whatever was read in it.
    2. No reading: ``not_evaluated``.
    3. ``agree_from`` of the name's signs in order: ``legible``.
    4. Fewer than ``other_below`` of them, and yet read surely: ``other_name``.
    5. Fewer, and not surely: ``illegible``. Between the two: ``unsure``, a person looks.
    """
    scores = _scores(form)
    faults = _faults(form, name, policy)
    if reading is not None:
        scores |= {
            "confidence": reading.confidence,
            "agreement": round(agreement(reading.text, name), 3),
        }
    if faults:
        return Judgement(Legibility.ILLEGIBLE, faults, scores)
    if reading is None:
        return Judgement(Legibility.NOT_EVALUATED, ("not_read",), scores)
    outcome, reasons = _of_words(scores["agreement"], reading, policy)
    return Judgement(outcome, reasons, scores)


def agreement(text: str, name: str) -> float:
    """Share of the name's signs that were read, in their order (longest common subsequence)."""
    wanted, found = _signs(name), _signs(text)
    if not wanted:
        return 0.0
    row = [0] * (len(found) + 1)
    for sign in wanted:
        above = row
        row = [0]
        for place, other in enumerate(found, start=1):
            row.append(above[place - 1] + 1 if sign == other else max(above[place], row[-1]))
    return row[-1] / len(wanted)


def _of_words(
    agreed: float, reading: Reading, policy: LegibilityPolicy
) -> tuple[Legibility, tuple[str, ...]]:
    if agreed >= policy.agree_from:
        return Legibility.LEGIBLE, ()
    if agreed >= policy.other_below:
        return Legibility.UNSURE, ("name_partly_read",)
    if reading.text and reading.confidence >= policy.other_confidence:
        return Legibility.OTHER_NAME, ("name_differs",)
    return Legibility.ILLEGIBLE, ("name_not_read",)


def _faults(form: Form, name: str, policy: LegibilityPolicy) -> tuple[str, ...]:
    least_strokes = policy.least_strokes_a_sign * sum(map(_is_chinese, _signs(name)))
    found = {
        "too_small": form.height_share < policy.least_height_share,
        "a_line": form.spread < policy.least_spread,
        "few_strokes": form.strokes < least_strokes,
        "scribble": form.overlap > policy.most_overlap,
    }
    return tuple(reason for reason, holds in found.items() if holds)


def _scores(form: Form) -> dict[str, float]:
    return {
        "strokes": float(form.strokes),
        "height_share": round(form.height_share, 3),
        "spread": round(form.spread, 3),
        "overlap": round(form.overlap, 3),
    }


def _signs(text: str) -> str:
    """Letters and Chinese signs alone: the dot of 阿依古丽·买买提 may be read or not."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


def _is_chinese(sign: str) -> bool:
    return unicodedata.name(sign, "").startswith("CJK ")
