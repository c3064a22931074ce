"""Is a handwritten signature a legible name? Form first, then what a machine reads in it."""

from shuanglu.rules.legibility.form import Form, form_of
from shuanglu.rules.legibility.judging import Judgement, Reading, agreement, judged
from shuanglu.rules.legibility.policy import (
    LegibilityPolicy,
    parse_legibility,
    shipped_legibility,
)

__all__ = [
    "Form",
    "Judgement",
    "LegibilityPolicy",
    "Reading",
    "agreement",
    "form_of",
    "judged",
    "parse_legibility",
    "shipped_legibility",
]
