from __future__ import annotations

import pytest

from shuanglu.script.model import Text
from shuanglu.script.sentences import CopyDifference, compared_signs, difference, is_copy_of

WANTED = "本人已充分了解,并愿意承担 4.35% 的风险。"


@pytest.mark.parametrize(
    "copied",
    [
        WANTED,
        "本人已充分了解并愿意承担4.35%的风险",
        " 本人已充分了解,\n并愿意承担 4.35% 的风险! ",
        "本人已充分了解、并愿意承担４．３５％的风险.",
    ],
)
def test_spaces_marks_and_width_do_not_count(copied: str) -> None:
    assert difference(WANTED, copied) is None


@pytest.mark.parametrize(
    ("copied", "told"),
    [
        ("本人已充分了解并不愿意承担4.35%的风险", CopyDifference(9, "愿", "不")),
        ("本人已充分了解并愿意承担435%的风险", CopyDifference(14, ".", "3")),
        ("本人已充分了解并愿意承担4.35的风险", CopyDifference(17, "%", "的")),
        ("本人已充分了解", CopyDifference(8, "并", "")),
        (WANTED + "吗", CopyDifference(21, "", "吗")),
        ("", CopyDifference(1, "本", "")),
    ],
)
def test_a_difference_is_told_with_its_place(copied: str, told: CopyDifference) -> None:
    assert difference(WANTED, copied) == told


def test_a_range_is_not_one_number() -> None:
    assert compared_signs("10–20") == "10-20"
    assert compared_signs("前-后") == "前后"


def test_either_language_may_be_copied() -> None:
    sentence = Text(zh="本金可能受损。", en="Capital may be lost.")
    assert is_copy_of(sentence, "capital may be lost")
    assert is_copy_of(sentence, "本金可能受损")
    assert not is_copy_of(sentence, "Capital may not be lost")
