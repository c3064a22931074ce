"""Form first, then words: what is accepted, what is asked for again, what a person looks at."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.handwriting import Stroke, scribbled, written
from shuanglu.errors import InvalidInputError
from shuanglu.rules.legibility import (
    Form,
    Reading,
    agreement,
    form_of,
    judged,
    parse_legibility,
    shipped_legibility,
)
from shuanglu.timeline.events import Legibility

PAD = (360.0, 290.0)
POLICY = shipped_legibility()
GOOD = Form(strokes=20, height_share=0.8, spread=0.3, overlap=0.1)
SURE = 0.95


def reasons(strokes: list[Stroke], name: str = "王小明") -> tuple[str, ...]:
    """What is wrong with the form, though the name was read in it."""
    return judged(form_of(strokes, pad_px=PAD), Reading(name, SURE), name, POLICY).reasons


@pytest.mark.parametrize("carelessness", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("name", ["王小明", "欧阳修", "丁三", "龚德胜"])
def test_a_written_name_has_the_form_of_one(name: str, carelessness: float) -> None:
    for seed in range(10):
        strokes = written(name, size_px=90, carelessness=carelessness, seed=seed)
        assert reasons(strokes, name) == ()


@pytest.mark.parametrize(
    ("strokes", "reason"),
    [
        ([[(100.0, 100.0), (101.0, 101.0)]] * 3, "too_small"),
        ([[(100.0, 100.0)]] * 3, "too_small"),
        ([[(10.0 + 3 * i, 100.0 + i) for i in range(90)]] * 3, "a_line"),
        (scribbled("zigzag", size_px=90, seed=1), "scribble"),
        (scribbled("blob", size_px=200, seed=1), "few_strokes"),
        ([[(10.0, 10.0), (200.0, 90.0), (10.0, 90.0)]], "few_strokes"),
    ],
    ids=["three dots", "points", "a line", "zigzag", "one blob", "one tick"],
)
def test_what_is_no_name_is_told_apart_by_its_form(strokes: list[Stroke], reason: str) -> None:
    form = form_of(strokes, pad_px=PAD)
    judgement = judged(form, Reading("王小明", SURE), "王小明", POLICY)
    assert judgement.outcome is Legibility.ILLEGIBLE, "whatever was read in it"
    assert reason in judgement.reasons


@pytest.mark.parametrize(
    ("text", "confidence", "outcome"),
    [
        ("王小明", 0.9, Legibility.LEGIBLE),
        ("王 小 明", 0.2, Legibility.LEGIBLE),
        ("王小朋", 0.9, Legibility.LEGIBLE),
        ("主小朋", 0.9, Legibility.UNSURE),
        ("李红", 0.9, Legibility.OTHER_NAME),
        ("李红", 0.5, Legibility.ILLEGIBLE),
        ("", 0.0, Legibility.ILLEGIBLE),
        ("明小王", 0.9, Legibility.UNSURE),
    ],
)
def test_the_words_decide_where_the_form_is_good(
    text: str, confidence: float, outcome: Legibility
) -> None:
    judgement = judged(GOOD, Reading(text, confidence), "王小明", POLICY)
    assert judgement.outcome is outcome
    assert bool(judgement.reasons) is (outcome is not Legibility.LEGIBLE)


def test_what_was_not_read_is_not_evaluated_and_never_legible() -> None:
    judgement = judged(GOOD, None, "王小明", POLICY)
    assert judgement.outcome is Legibility.NOT_EVALUATED
    assert "agreement" not in judgement.scores


def test_letters_need_no_stroke_each() -> None:
    one = Form(strokes=1, height_share=0.5, spread=0.2, overlap=0.1)
    assert judged(one, Reading("JOHN SMITH", SURE), "John Smith", POLICY).outcome == "legible"
    assert judged(one, Reading("王小明", SURE), "王小明", POLICY).reasons == ("few_strokes",)


@given(text=st.text(max_size=12), name=st.text(max_size=8))
def test_agreement_is_a_share_and_whole_for_the_name_itself(text: str, name: str) -> None:
    assert 0 <= agreement(text, name) <= 1
    if any(sign.isalnum() for sign in name):
        assert agreement(name, name) in (0.0, 1.0)
        assert agreement(text + name, name) >= agreement(text, name)


points = st.tuples(st.floats(0, 10_000, allow_nan=False), st.floats(0, 10_000, allow_nan=False))


@given(
    strokes=st.lists(st.lists(points, min_size=1, max_size=40), min_size=1, max_size=10),
    pad=st.tuples(st.floats(0, 10_000), st.floats(0, 10_000)),
)
def test_whatever_a_page_sends_has_a_form(strokes: list[Stroke], pad: tuple[float, float]) -> None:
    form = form_of(strokes, pad_px=pad)
    assert all(math.isfinite(x) for x in (form.height_share, form.spread, form.overlap))
    assert 0 <= form.spread <= 1
    assert 0 <= form.overlap <= 1


def test_a_policy_leaves_room_for_a_person() -> None:
    whole = POLICY.model_dump(mode="json")
    with pytest.raises(InvalidInputError):
        parse_legibility({**whole, "other_below": 0.6})
