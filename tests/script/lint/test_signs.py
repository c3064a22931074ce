"""Signs that cannot be said or drawn: named with their code, the step, and the very place."""

from __future__ import annotations

import pytest

from shuanglu.script.lint import lint
from tests.script.lint.texts import RISK, line_of, only, small


def saying(say: str) -> str:
    return small(RISK.replace("产品有风险。", say))


@pytest.mark.parametrize(
    ("say", "reason", "seen"),
    [
        ("请下载我们的App。", "foreign_word", "App"),
        ("风险等级R4。", "foreign_word", "R"),
        ("产品龦有风险。", "no_voice", "U+9FA6"),
        ("产品\ue000有风险。", "no_voice", "U+E000"),
        ("产品·风险。", "no_voice", "U+00B7"),
        ("费率３％。", "no_voice", "％"),
        ("5～10年。", "no_voice", "～"),
        ("产品\u3000风险。", "no_voice", "U+3000"),
        ("……", "silent", "risk"),
        ("𠮷先生您好。", "no_voice", "U+20BB7"),
    ],
)
def test_what_the_voice_cannot_say(say: str, reason: str, seen: str) -> None:
    text = saying(say)
    finding = only(text, "unspeakable")
    assert finding.reason == reason
    assert finding.params["step"] == "risk"
    assert seen in finding.message.zh
    assert seen in finding.message.en
    assert finding.line == line_of(text, "say:")
    assert not lint(text).is_publishable


def test_the_place_is_that_of_the_sign() -> None:
    text = saying("|\n      产品有风险。\n      请看R级。\n")
    finding = only(text, "unspeakable")
    line = text.splitlines()[finding.line - 1]
    assert line[finding.column - 1] == "R"


@pytest.mark.parametrize(
    "say", ["费率3.5%。", "3-5年，共1,000,000元。", "您好，请听：“产品”——有风险！"]
)
def test_what_it_can_say(say: str) -> None:
    assert not [one for one in lint(saying(say)).findings if one.code == "unspeakable"]


@pytest.mark.parametrize(
    ("show", "reason", "level"),
    [
        ("请\ue123听", "no_picture", "error"),
        ("请\u200b听", "no_picture", "error"),
        ("请\u202e听", "no_picture", "error"),
        ("请\ufffd听", "wrong_encoding", "error"),
        ("请😀听", "rare_sign", "warning"),
        ("请𠮷听", "rare_sign", "warning"),
    ],
)
def test_what_no_font_or_not_every_font_draws(show: str, reason: str, level: str) -> None:
    text = small(RISK.replace("请听", show))
    finding = only(text, "undrawable")
    assert (finding.reason, finding.level) == (reason, level)
    assert finding.path == "steps.0.show.zh"
    assert finding.params["code"].startswith("U+")
    assert lint(text).is_publishable is (level == "warning")


def test_the_institution_and_an_answer_are_looked_at_too() -> None:
    text = small(RISK).replace("演示银行", "演示\ue000银行")
    assert only(text, "undrawable").path == "institution"
