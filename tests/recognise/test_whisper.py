from __future__ import annotations

import math

import pytest

from media_worker.recognise.whisper import DIGITS_PROMPT, PROMPT, heard, repeats


def test_the_prompt_that_is_echoed_is_no_text() -> None:
    assert heard(PROMPT, -0.1, 0.0, 1.0).text == ""
    assert heard("", -0.1, 0.0, 1.0).text == ""


@pytest.mark.parametrize(
    "text", [DIGITS_PROMPT, "零一二三四五六七八九。", "以下是普通话的数字", ""]
)
def test_the_list_of_digits_that_is_echoed_is_no_text(text: str) -> None:
    assert heard(text, -0.1, 0.0, 1.0, DIGITS_PROMPT).text == ""


def test_digits_in_a_row_may_have_been_read() -> None:
    assert heard("三四五六。", -0.1, 0.0, 1.0, DIGITS_PROMPT).text == "三四五六。"


def test_what_is_likely_no_speech_and_unsure_is_no_text() -> None:
    assert heard("谢谢观看", -1.2, 0.9, 1.0).text == ""
    assert heard("清楚", -1.2, 0.1, 1.0).text == "清楚"
    assert heard("清楚", -0.2, 0.9, 1.0).text == "清楚"


def test_what_repeats_itself_is_no_text() -> None:
    assert repeats("谢谢大家" * 30)
    assert heard("谢谢大家" * 30, -0.1, 0.0, 1.0).text == ""
    assert heard("谢谢大家" * 30, -0.1, 0.0, 60.0).text
    assert not repeats("清楚,清楚。")


def test_confidence_is_the_mean_probability_of_a_token() -> None:
    assert heard("清楚", math.log(0.8), 0.0, 1.0).confidence == pytest.approx(0.8)
