"""A masked name tells who is meant, and neither the name nor its length."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuanglu.masking import mask_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("李清照", "李**"),
        ("欧阳修文", "欧**"),
        ("Jo Smith", "J* S**"),
        ("莫", "*"),
        ("A" * 80, "A**"),
    ],
)
def test_the_first_character_and_at_most_two_stars(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@given(st.text(alphabet=st.characters(categories=["L"]), min_size=3, max_size=80))
def test_the_length_of_a_word_is_not_told(word: str) -> None:
    assert mask_name(word) == word[0] + "**"
