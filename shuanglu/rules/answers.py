"""What an answer's words and the customer's tap come to together.

Stage: a pure judgement, asked by the director. It never hears or recognises anything.
"""

from __future__ import annotations

from datetime import date
from importlib import resources
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from shuanglu.parsed import parsed
from shuanglu.timeline.events import SpeechRecognised

WordsClass = Literal["yes", "no", "unclear", "question"]
Basis = Literal[
    "words",
    "words_and_tap",
    "voice_and_tap",
    "tap_voice_not_evaluated",
    "voice_missing",
    "choice_refused",
    "words_refused",
    "words_contradict",
    "other_face",
]
ACCEPTED: frozenset[Basis] = frozenset(
    {"words", "words_and_tap", "voice_and_tap", "tap_voice_not_evaluated"}
)


class AnswerPolicy(BaseModel):
    """One version of the policy of answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: int = Field(ge=1)
    in_force_from: date
    accept_confidence: float = Field(ge=0, le=1)
    refuse_confidence: float = Field(ge=0, le=1)
    words_timeout_ms: int = Field(ge=0)


def shipped_answers() -> AnswerPolicy:
    """The policy that ships with this version of the software."""
    text = resources.files("shuanglu.rules.policy").joinpath("answers-1.yaml").read_text("utf-8")
    return parsed(AnswerPolicy, yaml.safe_load(text), whole="policy")


def is_sure(heard: SpeechRecognised, words: WordsClass, policy: AnswerPolicy) -> bool:
    """Whether these words decide alone: sure enough, and not said by another's mouth."""
    least = {"yes": policy.accept_confidence, "no": policy.refuse_confidence}.get(words)
    said_by_the_customer = heard.lips != "still"
    return least is not None and said_by_the_customer and (heard.confidence or 0.0) >= least


def basis_of_words(words: WordsClass) -> Basis:
    """The ground of an answer that sure words decide."""
    return "words" if words == "yes" else "words_refused"


def basis_of_tap(
    *, accepted: bool, heard: bool, evaluated: bool, words: WordsClass | None, sure: bool
) -> Basis:
    """The ground of a tapped answer. A refusal counts however it is given."""
    if not accepted:
        return "choice_refused"
    if sure and words == "no":
        return "words_contradict"
    if not heard:
        return "voice_missing" if evaluated else "tap_voice_not_evaluated"
    return "words_and_tap" if words == "yes" else "voice_and_tap"
