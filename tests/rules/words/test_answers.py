from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from shuanglu.rules.words import WordsClass, classify_answer
from shuanglu.script.asked import AskedStep
from shuanglu.script.model import parse_script
from shuanglu.script.templates import demonstrations, shipped_templates

CLEAR, UNCLEAR = ("清楚",), ("不清楚",)


@pytest.mark.parametrize(
    ("text", "sense"),
    [
        ("清楚", "yes"),
        ("我清楚了。", "yes"),
        ("是的,我清楚", "yes"),
        ("嗯", "yes"),
        ("没问题", "yes"),
        ("没错", "yes"),
        ("四的", "yes"),  # sounds like 是的
        ("轻处", "yes"),  # sounds like 清楚
        ("是的,我却认", "yes"),
        ("我清楚这不是存款", "yes"),
        ("我同意,不保本我也知道", "yes"),
        ("不清楚", "no"),
        ("部清楚", "no"),  # sounds like 不清楚
        ("我不太清楚", "no"),
        ("不是的", "no"),
        ("不是", "no"),
        ("我不同意", "no"),
        ("没有", "no"),
        ("还没确认", "no"),
        ("没听清楚", "no"),
        ("普能确认", "no"),  # what Whisper hears of 不能确认 in noise
        ("普同意", "unclear"),  # and of 不同意: it may be 普通意, too
        ("普通意", "unclear"),
        ("对不起,我没听清楚", "no"),
        ("什么", "question"),
        ("清楚吗", "question"),
        ("为什么不保本", "question"),
        ("怎么回事", "question"),
        ("再说一遍", "question"),
        ("清楚?", "question"),
        ("啊?", "question"),
        ("", "unclear"),
        ("谢谢", "unclear"),
        ("今天天气", "unclear"),
    ],
)
def test_answers_to_clear_or_not(text: str, sense: WordsClass) -> None:
    assert classify_answer(text, CLEAR, UNCLEAR) == sense


@pytest.mark.parametrize(
    ("text", "sense"),
    [
        ("没有", "yes"),
        ("没有的", "yes"),
        ("没有人教我", "yes"),
        ("有", "no"),
        ("有的", "no"),
        ("是的", "unclear"),  # yes to which of the two?
        ("不是", "unclear"),
        ("有没有", "question"),
    ],
)
def test_where_the_right_answer_is_a_denial(text: str, sense: WordsClass) -> None:
    assert classify_answer(text, ("没有",), ("有",)) == sense


@pytest.mark.parametrize(
    ("text", "sense"),
    [
        ("没有变化", "yes"),
        ("没错", "yes"),
        ("不,没变", "yes"),
        ("确认", "yes"),
        ("不能确认", "no"),
        ("还没确认", "no"),
        ("有变化", "no"),
        ("不", "unclear"),
    ],
)
def test_where_a_denial_is_right_and_so_is_a_yes(text: str, sense: WordsClass) -> None:
    accepted, refused = ("没有变化", "没变", "确认", "没错"), ("有变化",)
    assert classify_answer(text, accepted, refused) == sense


@pytest.mark.parametrize("text", ["我不能确认", "无法确认", "还没确认", "不是"])
def test_who_accepts_that_nothing_is_wrong_accepts_no_denial(text: str) -> None:
    assert classify_answer(text, ("确认", "是的", "没错", "没问题"), ("不对",)) == "no"


@pytest.mark.parametrize(
    ("text", "sense"),
    [
        ("我已经去认了。", "yes"),  # what Whisper hears of 我已经确认了 in one run of three
        ("我还没有去认了", "no"),
        ("我要去认证", "unclear"),
    ],
)
def test_a_confirmation_that_was_misheard(text: str, sense: WordsClass) -> None:
    assert classify_answer(text, ("我已经确认了", "确认"), ("我不能确认",)) == sense


def asked() -> dict[str, AskedStep]:
    scripts = [parse_script(yaml.safe_load(each.text)) for each in shipped_templates()]
    return {
        f"{script.id}-{step.id}": step
        for script in (*scripts, *demonstrations())
        for step in script.steps
        if isinstance(step, AskedStep)
    }


@pytest.mark.parametrize("step", asked().values(), ids=asked().keys())
def test_the_answers_of_a_script_mean_what_they_say(step: AskedStep) -> None:
    def sense(text: str) -> WordsClass:
        return classify_answer(text, step.yes_words, step.no_words)

    assert {sense(text) for text in step.yes_words} == {"yes"}
    assert {sense(text) for text in step.no_words} <= {"no"}
    plain = [text for text in step.yes_words if text[0] not in "没不未无"]
    denied = [f"{no}{text}" for text in plain for no in ("不", "我不能", "还没", "无法")]
    assert [text for text in denied if text not in step.yes_words and sense(text) == "yes"] == []


@settings(deadline=None)
@given(
    st.sampled_from(["是的", "对", "同意", "确认", "可以", "清楚", "明白", "知道"]),
    st.sampled_from(["不", "我不", "嗯,不", "没", "我还没"]),
)
def test_a_denied_yes_is_never_a_yes(wording: str, negator: str) -> None:
    assert classify_answer(wording, CLEAR, UNCLEAR) == "yes"
    assert classify_answer(negator + wording, CLEAR, UNCLEAR) != "yes"


@settings(deadline=None)
@given(st.text(max_size=40), st.lists(st.text(min_size=1, max_size=6), max_size=3))
def test_any_text_has_a_sense(text: str, wordings: list[str]) -> None:
    assert classify_answer(text, wordings, UNCLEAR) in {"yes", "no", "unclear", "question"}
