"""Which sentences were heard: all, one left out, altered, twice, in pieces, in any order."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from shuanglu.rules.reading import Reading, is_heard, sentences
from shuanglu.rules.reading.sentences import as_read
from shuanglu.script.templates import template, template_ids

TEXT = (
    "本产品不保证本金和收益。最大亏损可能是百分之十。您有十五天的犹豫期。"
    "犹豫期内退保，只扣除工本费。犹豫期后退保，您会损失一部分钱。"
)
SHARE = 0.8


def heard_of(said: Iterable[str], text: str = TEXT, share: float = SHARE) -> list[bool]:
    reading = Reading.of(text, share)
    for number, words in enumerate(said):
        reading = reading.after(words, number * 1000, number * 1000 + 900)
    return [is_heard(best, share) for best in reading.best]


def spoken_texts() -> list[str]:
    """What is said in every step of every template, where it is more than one sentence."""
    steps = [
        step for each in template_ids() for step in yaml.safe_load(template(each).text)["steps"]
    ]
    return sorted({step["say"] for step in steps if len(sentences(step["say"])) > 1})


def test_a_short_sentence_belongs_to_its_neighbour() -> None:
    assert sentences("请听。本产品不保本。好的?") == ("请听。本产品不保本。好的?",)
    assert "".join(sentences(TEXT)) == TEXT
    assert len(sentences(TEXT)) == 5


@pytest.mark.parametrize(
    "said",
    [
        sentences(TEXT),
        [TEXT],
        sentences(TEXT)[::-1],
        [TEXT[n : n + 7] for n in range(0, len(TEXT), 7)],
        [TEXT.replace("百分之十", "10%").replace("十五天", "15天")],
        [TEXT.replace("保证", "宝正").replace("犹豫期", "由于期")],
        ["好的", *sentences(TEXT), "明白了"],
    ],
    ids=["one by one", "at once", "backwards", "in pieces", "digits", "by sound", "talk around"],
)
def test_everything_read_is_heard(said: Iterable[str]) -> None:
    assert all(heard_of(said))


@pytest.mark.parametrize("text", spoken_texts())
def test_every_shipped_text_is_heard_and_what_is_left_out_is_not(text: str) -> None:
    parts = sentences(text)
    assert all(heard_of([text], text))
    for left_out in range(len(parts)):
        said = ["".join(parts[:left_out] + parts[left_out + 1 :])]
        assert not heard_of(said, text)[left_out], parts[left_out]


@pytest.mark.parametrize(
    ("altered", "sentence"),
    [
        (TEXT.replace("不保证", "保证"), 0),
        (TEXT.replace("百分之十", "百分之二十"), 1),
        (TEXT.replace("百分之十。", "百分之一。"), 1),
        (TEXT.replace("您会损失", "您不会损失"), 4),
        (TEXT.replace("您会损失", "您不损失"), 4),
    ],
    ids=["not left out", "another number", "a smaller number", "a not put in", "a not instead"],
)
def test_what_is_turned_into_another_sentence_is_not_heard(altered: str, sentence: int) -> None:
    found = heard_of([altered])
    assert found == [n != sentence for n in range(5)]


def test_one_sentence_read_twice_does_not_stand_for_its_twin() -> None:
    text = "您可以在前三天的早上退款。您可以在前三天的晚上退款。"
    first, second = sentences(text)
    assert heard_of([first, first], text) == [True, False]
    assert heard_of([first, second], text) == [True, True]


def test_half_of_a_sentence_twice_is_not_the_whole() -> None:
    half = "犹豫期内退保"
    assert not any(heard_of([half, "好的", half]))


words = st.text(alphabet=sorted(set(TEXT) - set("。，")), min_size=6, max_size=24)


@settings(max_examples=60, deadline=None)
@given(st.lists(words, min_size=2, max_size=6, unique=True), st.data())
def test_leaving_out_a_sentence_never_completes(parts: list[str], data: st.DataObject) -> None:
    """Whatever the sentences are, read in any order: who leaves one out has not read them all."""
    text = "".join(f"{part}。" for part in parts)
    left_out = data.draw(st.integers(min_value=0, max_value=len(parts) - 1))
    said = data.draw(st.permutations(parts[:left_out] + parts[left_out + 1 :]))
    cut = data.draw(st.integers(min_value=1, max_value=12))
    whole = "".join(said)
    utterances = [whole[n : n + cut] for n in range(0, len(whole), cut)]
    for given_words in (said, utterances):
        found = heard_of(given_words, text)
        assert not all(found)
        assert sum(len(as_read(part)) for part, ok in zip(parts, found, strict=True) if ok) <= (
            len(as_read(whole)) / SHARE
        )
