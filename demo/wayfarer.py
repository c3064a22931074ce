"""A synthetic customer who goes one given way through a script.

Stage: between a way and the synthetic customer. What it answers was decided beforehand; all
else it does because the page shows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from playwright.async_api import Page

from demo.body import OwnBody
from demo.customer import NO_MORE_QUESTIONS, Look, SyntheticCustomer, look_away
from demo.id_card import Citizen
from demo.ways import Way, level_of
from shuanglu.script.branches import SALE_DATE
from shuanglu.script.model import AskedStep, QuestionnaireStep, Script

USUAL_AGE = 40
SERIALS = 100
"""Of one place and day (GB 11643)."""


class Wayfarer(SyntheticCustomer):
    """Answers as the way has it, from the invitation to where it ends."""

    def __init__(
        self,
        page: Page,
        script: Script,
        way: Way,
        *,
        body: OwnBody,
        citizen: Citizen,
        look: Look = look_away,
        patience_s: float = 0.0,
    ) -> None:
        super().__init__(page, look=look, body=body, citizen=citizen, patience_s=patience_s)
        self._own_body = body
        self._script = script
        self._way = way
        self._asked: set[str] = set()

    async def go(self, url: str) -> None:
        """Until the verdict is there or a person was called."""
        await self._own_body.rehearse(self._words())
        await self.join(url)
        await self.check_device()
        while await self.next_step() is not None:
            pass

    async def do_step(self, kind: str, step_id: str) -> None:
        """Answers and options by the way; all else as anybody would."""
        step = self._script.step(step_id)
        if isinstance(step, AskedStep):
            await self.my_turn(step_id)
            await self.answer(self._choice(step_id))
        elif isinstance(step, QuestionnaireStep):
            await self.my_turn(step_id)
            await self.fill_in(options_for(step, level_of(self._way.branch.known)))
        else:
            await super().do_step(kind, step_id)

    def _words(self) -> Sequence[str]:
        """What he says on his way, as the buttons have it."""
        said = {NO_MORE_QUESTIONS: None}
        for step in self._way.steps:
            if isinstance(step, AskedStep):
                chosen = {self._way.answers.get(step.id), self._way.first.get(step.id)}
                said |= {f"{c.label.zh}。": None for c in step.choices if c.id in chosen}
        return tuple(said)

    def _choice(self, step_id: str) -> str:
        answers = self._way.answers if step_id in self._asked else self._first()
        self._asked.add(step_id)
        return answers[step_id]

    def _first(self) -> Mapping[str, str]:
        return {**self._way.answers, **self._way.first}


def options_for(step: QuestionnaireStep, level: int) -> Sequence[str]:
    """An option of each question, in order, that together come to that level."""
    sums: dict[int, tuple[str, ...]] = {0: ()}
    for question in step.questions:
        sums = {
            score + option.points: (*chosen, option.id)
            for score, chosen in sums.items()
            for option in question.options
        }
    return next(chosen for score, chosen in sums.items() if step.level(score) == level)


def citizen_of(way: Way, today: date, number: int) -> Citizen:
    """Whoever goes that way: on his card he is as old today as the way has it.

    Another ``number`` is another person.
    """
    day, serial = divmod(number, SERIALS)
    born = way.branch.known.birth_date
    age = USUAL_AGE if born is None else SALE_DATE.year - born.year
    return Citizen(born=(today.year - age, 1, 1 + day), serial=serial)
