"""Numbers as they are said: whatever a recogniser writes, it is the same words."""

from __future__ import annotations

import pytest

from shuanglu.rules.reading.numbers import read_out
from shuanglu.rules.reading.sentences import as_read


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("最大亏损10%", "最大亏损百分之十"),
        ("3.5％", "百分之三点五"),
        ("2024年", "二零二四年"),
        ("14天", "十四天"),
        ("10000元", "一万元"),
        ("1,000元", "一千元"),
        ("100050份", "十万零五十份"),
        ("20300元", "二万零三百元"),
        ("1000万元", "一千万元"),
        ("95588", "九五五八八"),
        ("110岁", "一百一十岁"),
        ("0元", "零元"),
        ("100000001元", "一亿零一元"),
    ],
)
def test_arabic_numbers_are_read_out(written: str, said: str) -> None:
    assert read_out(written) == said


@pytest.mark.parametrize(
    ("one", "other"),
    [("亏损10%", "亏损百分之十"), ("1万元", "10000元"), ("１４天", "十四天")],
)
def test_both_ways_of_writing_sound_the_same(one: str, other: str) -> None:
    assert as_read(one) == as_read(other)
