"""The risk questionnaire: points, and the level of tolerance that they come to (REG-24).

Stage: below the script. It knows no customer and no earlier result.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from shuanglu.script.parts import ScriptPart, StepBase, Text
from shuanglu.script.refusal import refusal, require_own_ids


class RiskOption(ScriptPart):
    """One answer of a questionnaire."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,19}$")
    label: Text
    points: int


class RiskQuestion(ScriptPart):
    """One question of a questionnaire, answered by a tap."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    text: Text
    options: tuple[RiskOption, ...] = Field(min_length=2, max_length=10)

    @model_validator(mode="after")
    def _options_differ(self) -> RiskQuestion:
        require_own_ids([option.id for option in self.options], "options")
        return self

    def points(self, option_id: str) -> int | None:
        """Of an option; ``None`` if there is no such option."""
        return next((o.points for o in self.options if o.id == option_id), None)


class QuestionnaireStep(StepBase):
    """The risk questionnaire: nothing is ticked beforehand (REG-12, REG-24)."""

    kind: Literal["questionnaire"] = "questionnaire"
    questions: tuple[RiskQuestion, ...] = Field(min_length=1, max_length=40)
    level_from: tuple[int, int, int, int] = Field(
        description="least scores of the levels 2, 3, 4 and 5"
    )
    stop_above_tolerance: bool = Field(
        default=True, description="REG-24: refuse a product whose risk exceeds the level"
    )

    @model_validator(mode="after")
    def _levels_make_sense(self) -> QuestionnaireStep:
        require_own_ids([question.id for question in self.questions], "questions")
        here = ("level_from",)
        if list(self.level_from) != sorted(set(self.level_from)):
            raise refusal("levels_fall", "level_from must rise", at=here)
        if self.level_from[0] <= self._least or self.level_from[-1] > self._most:
            told = "with these points some levels can never be reached"
            raise refusal("level_unreachable", told, at=here)
        return self

    @property
    def _least(self) -> int:
        return sum(min(o.points for o in question.options) for question in self.questions)

    @property
    def _most(self) -> int:
        return sum(max(o.points for o in question.options) for question in self.questions)

    def score(self, answers: Mapping[str, str]) -> int | None:
        """Points of the answers; ``None`` unless every question has one of its options."""
        if set(answers) != {question.id for question in self.questions}:
            return None
        points = [question.points(answers[question.id]) for question in self.questions]
        return None if None in points else sum(point or 0 for point in points)

    def level(self, score: int) -> int:
        """1 to 5."""
        return 1 + sum(score >= least for least in self.level_from)
