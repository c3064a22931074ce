"""Steps that ask: a question, a consent, a summary to be confirmed.

Stage: below the script, one model a kind. It never judges an answer: see ``shuanglu.rules``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from shuanglu.script.parts import ScriptPart, StepBase, Text
from shuanglu.script.refusal import refusal, require_own_ids
from shuanglu.timeline.events.payload import is_absent

SpokenWords = Annotated[str, Field(min_length=1, max_length=40)]


def _is_empty(value: tuple[str, ...]) -> bool:
    """Keeps a field that scripts did not always have out of them, and so out of their hash."""
    return not value


class Choice(ScriptPart):
    """One answer that can be tapped beside the spoken one."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,19}$")
    label: Text
    accepted: bool
    then: Literal["again", "stop", "person"] | None = Field(
        default=None,
        description="what a refused choice leads to; absent: the question is asked again",
        exclude_if=is_absent,
    )

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Choice:
        if self.accepted and self.then is not None:
            told = "an accepted choice goes on: `then` belongs to a refused one"
            raise refusal("accepted_leads_on", told, at=("then",))
        return self


class AskedStep(StepBase):
    """Asked aloud; answered aloud, and tapped as well where the words are not sure."""

    choices: tuple[Choice, ...] = Field(min_length=2)
    accepted_words: tuple[SpokenWords, ...] = Field(
        default=(),
        max_length=40,
        description="say yes, beside the labels of accepted choices; Chinese",
        exclude_if=_is_empty,
    )
    refused_words: tuple[SpokenWords, ...] = Field(
        default=(),
        max_length=40,
        description="say no, beside the labels of refused choices; Chinese",
        exclude_if=_is_empty,
    )
    min_speech_ms: int = Field(default=250, ge=100, description="least voice that is an answer")

    @model_validator(mode="after")
    def _choices_make_sense(self) -> AskedStep:
        require_own_ids([choice.id for choice in self.choices], "choices")
        if not self.accepted_choices:
            told = "no choice is accepted: the step could never be completed"
            raise refusal("no_answer_accepted", told, at=("choices",))
        yes, no = set(self.yes_words), set(self.no_words)
        both = no.intersection(self.accepted_words) | yes.intersection(self.refused_words)
        if both:
            told = "the same words would be accepted and refused: {words}"
            raise refusal("same_words", told, at=("choices",), words="、".join(sorted(both)))
        return self

    @property
    def accepted_choices(self) -> tuple[str, ...]:
        """Ids of the choices with which the script goes on."""
        return tuple(choice.id for choice in self.choices if choice.accepted)

    @property
    def needs_tap(self) -> bool:
        """Whether words alone cannot tell which of several accepted choices was meant."""
        return len(self.accepted_choices) > 1

    @property
    def refusals_lead_to(self) -> frozenset[str]:
        """What its refused choices lead to; of several, words alone cannot tell which it is."""
        return frozenset(c.then or "again" for c in self.choices if not c.accepted)

    @property
    def yes_words(self) -> tuple[str, ...]:
        """Words that are an accepted answer: the labels of accepted choices, and more."""
        return self._labels(accepted=True) + self.accepted_words

    @property
    def no_words(self) -> tuple[str, ...]:
        """Words that are a refused answer: the labels of refused choices, and more."""
        return self._labels(accepted=False) + self.refused_words

    def _labels(self, *, accepted: bool) -> tuple[str, ...]:
        return tuple(c.label.zh for c in self.choices if c.accepted is accepted)


class QuestionStep(AskedStep):
    """A question with accepted and refused answers."""

    kind: Literal["question"] = "question"


class ConsentStep(AskedStep):
    """A consent that is asked for by itself, never bundled with another (REG-28, REG-29)."""

    kind: Literal["consent"] = "consent"


class SummaryStep(AskedStep):
    """What was answered so far is shown; the customer says whether it is right."""

    kind: Literal["summary"] = "summary"
