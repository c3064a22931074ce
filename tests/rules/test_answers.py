"""What words and taps come to together: nothing is accepted that was not clearly accepted."""

from __future__ import annotations

from typing import Literal

import pytest

from shuanglu.rules.answers import (
    ACCEPTED,
    Basis,
    WordsClass,
    basis_of_tap,
    basis_of_words,
    is_sure,
    shipped_answers,
)
from shuanglu.timeline.events import Speaker, SpeechRecognised


def said(
    confidence: float | None, lips: Literal["moving", "still", "not_seen"] = "moving"
) -> SpeechRecognised:
    return SpeechRecognised(
        speaker=Speaker.CUSTOMER,
        from_ms=0,
        to_ms=500,
        evaluated=True,
        text="清楚",
        confidence=confidence,
        lips=lips,
        model="m",
        model_sha256="0" * 64,
    )


@pytest.mark.parametrize(
    ("accepted", "heard", "evaluated", "words", "sure", "basis"),
    [
        (True, True, True, "yes", True, "words_and_tap"),
        (True, True, True, "yes", False, "words_and_tap"),
        (True, True, True, "unclear", False, "voice_and_tap"),
        (True, True, True, None, False, "voice_and_tap"),
        (True, True, True, "no", False, "voice_and_tap"),
        (True, True, True, "no", True, "words_contradict"),
        (True, False, True, None, False, "voice_missing"),
        (True, False, False, None, False, "tap_voice_not_evaluated"),
        (False, True, True, "yes", True, "choice_refused"),
        (False, False, False, None, False, "choice_refused"),
    ],
)
def test_a_tap_with_what_was_said(  # noqa: PLR0917 - one column each
    accepted: bool,  # noqa: FBT001 - a column of the table
    heard: bool,  # noqa: FBT001 - a column
    evaluated: bool,  # noqa: FBT001 - a column
    words: WordsClass | None,
    sure: bool,  # noqa: FBT001 - a column
    basis: Basis,
) -> None:
    came_to = basis_of_tap(
        accepted=accepted, heard=heard, evaluated=evaluated, words=words, sure=sure
    )
    assert came_to == basis


def test_only_grounds_of_acceptance_are_accepted() -> None:
    assert basis_of_words("yes") in ACCEPTED
    assert basis_of_words("no") not in ACCEPTED
    assert not ACCEPTED & {"voice_missing", "choice_refused", "words_contradict", "other_face"}


@pytest.mark.parametrize("words", ["unclear", "question"])
def test_unclear_words_never_decide(words: WordsClass) -> None:
    assert not is_sure(said(1.0), words, shipped_answers())


def test_words_decide_from_the_policys_confidence_on() -> None:
    policy = shipped_answers()
    least = policy.accept_confidence
    assert is_sure(said(least), "yes", policy)
    assert not is_sure(said(least - 0.01), "yes", policy)
    assert not is_sure(said(None), "yes", policy)


def test_a_voice_while_the_mouth_is_still_decides_nothing() -> None:
    assert not is_sure(said(1.0, "still"), "yes", shipped_answers())
    assert not is_sure(said(1.0, "still"), "no", shipped_answers())
