"""A few ways through a script that together take every branch of it at least once.

Stage: before a synthetic customer sets out: which customers there must be, and what each of
them answers. Pure; it opens no page. Greedy, so the ways are few but not provably the fewest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from shuanglu.script.branches import Branch, branches, known_of
from shuanglu.script.conditions import Circumstance, Known, Value
from shuanglu.script.due import steps_due
from shuanglu.script.model import AskedStep, QuestionnaireStep, Script, Step
from shuanglu.script.simulate import speech_ms

Outcome = tuple[str, str]
"""A step's id, and what became of it: ``done``, ``left_out``, or the id of a choice; of a
questionnaire ``level-3``, or ``unsuitable-3`` where the product's risk exceeds that level."""
ENDS = frozenset({"stop", "person"})
LEVELS = range(1, 6)


@dataclass(frozen=True, slots=True)
class Ending:
    """Where a way ends before the confirmation."""

    step_id: str
    what: str
    """The choice, or ``unsuitable-3``."""
    then: str
    """``stop`` or ``person``."""


@dataclass(frozen=True, slots=True)
class Way:
    """One customer: what is known of him, what he answers, and where it ends."""

    branch: Branch
    answers: Mapping[str, str]
    """The choice with which each question is left."""
    first: Mapping[str, str]
    """The refused choice with which it is answered before, where it is then asked again."""
    ending: Ending | None

    @property
    def name(self) -> str:
        """For people who read a list of tests."""
        return "complete" if self.ending is None else f"{self.ending.step_id}:{self.ending.what}"

    @property
    def steps(self) -> tuple[Step, ...]:
        """Those that begin, the one at which it ends among them."""
        ids = self.branch.step_ids
        end = len(ids) if self.ending is None else ids.index(self.ending.step_id) + 1
        return self.branch.steps[:end]

    @property
    def completed(self) -> tuple[str, ...]:
        """Ids of the steps that are completed, in order."""
        ids = tuple(step.id for step in self.steps)
        return ids if self.ending is None else ids[:-1]

    @property
    def speech_ms(self) -> int:
        """About how long the speech of it lasts."""
        return sum(speech_ms(step.say) for step in self.steps)

    def outcomes(self, script: Script) -> frozenset[Outcome]:
        """What it takes of the script."""
        return frozenset(self._outcomes(script))

    def _outcomes(self, script: Script) -> Iterator[Outcome]:
        for step in script.steps:
            if self.ending is not None and step.id == self.ending.step_id:
                yield step.id, self.ending.what
                return
            if step.id not in self.branch.step_ids:
                yield step.id, "left_out"
                continue
            yield step.id, "done"
            if isinstance(step, QuestionnaireStep):
                yield step.id, f"level-{level_of(self.branch.known)}"
            for chosen in (self.first, self.answers):
                if step.id in chosen:
                    yield step.id, chosen[step.id]


def level_of(known: Known) -> int:
    """What the questionnaire is answered up to."""
    return known.risk_level or LEVELS[-1]


def ways_of(script: Script) -> tuple[Way, ...]:
    """Few ways that take every branch which any customer can take; the first is complete."""
    ways: list[Way] = []
    covered: set[Outcome] = set()

    def take(way: Way) -> None:
        ways.append(way)
        covered.update(way.outcomes(script))

    suitable = [branch for branch in branches(script) if not _is_unsuitable(script, branch)]
    take(_best(script, (_complete(each, covered) for each in suitable), covered))
    # The ends first that are far into the script: they take with them what lies before.
    for ending in reversed(list(endings(script))):
        tried = (_ended(script, each, ending, covered) for each in suitable)
        take(_best(script, (way for way in tried if way is not None), covered))
    wanted = reachable(script)
    while wanted - covered:
        take(_best(script, (_complete(each, covered) for each in suitable), covered))
    return tuple(ways)


def cooperative(script: Script, values: dict[str, Value]) -> Way:
    """The complete way of a customer of whom that is known: the first accepted answer to all."""
    known = known_of({Circumstance(name): value for name, value in values.items()})
    way = _complete(Branch(known, steps_due(script, known)), set())
    return replace(way, first={})


def reachable(script: Script) -> frozenset[Outcome]:
    """Every outcome that some customer comes to."""
    found: set[Outcome] = {(ending.step_id, ending.what) for ending in endings(script)}
    for branch in branches(script):
        if _is_unsuitable(script, branch):
            continue
        found |= _complete(branch, set()).outcomes(script)
        for step in branch.steps:
            if isinstance(step, AskedStep):
                found |= {(step.id, choice.id) for choice in step.choices}
    return frozenset(found)


def endings(script: Script) -> Iterator[Ending]:
    """Every end before the confirmation, in script order."""
    for step in script.steps:
        if isinstance(step, AskedStep):
            for choice in step.choices:
                if choice.then in ENDS:
                    yield Ending(step.id, choice.id, choice.then or "")
        elif isinstance(step, QuestionnaireStep) and step.stop_above_tolerance:
            for level in LEVELS[:-1]:
                yield Ending(step.id, f"unsuitable-{level}", "stop")


def _best(script: Script, ways: Iterator[Way], covered: set[Outcome]) -> Way:
    """Most that is new; of equals the shortest."""
    return max(ways, key=lambda way: (len(way.outcomes(script) - covered), -way.speech_ms))


def _complete(branch: Branch, covered: set[Outcome]) -> Way:
    answers, first = _answers(branch, covered)
    return Way(branch, answers, first, None)


def _ended(script: Script, branch: Branch, ending: Ending, covered: set[Outcome]) -> Way | None:
    """That branch up to the ending; ``None`` where it does not come by there."""
    if ending.step_id not in branch.step_ids:
        return None
    if ending.what.startswith("unsuitable-"):
        found = _unsuited(script, branch, int(ending.what[-1]))
        if found is None:
            return None
        branch = found
    answers, first = _answers(branch, covered)
    if isinstance(script.step(ending.step_id), AskedStep):
        answers = {**answers, ending.step_id: ending.what}
        first.pop(ending.step_id, None)
    return Way(branch, answers, first, ending)


def _unsuited(script: Script, branch: Branch, level: int) -> Branch | None:
    """The customer of that branch, but of that level, and with a product one level above it."""
    circumstances = branch.known.circumstances
    if circumstances is None or branch.known.risk_level != level:
        return None
    told = circumstances.model_copy(update={"product_risk": level + 1})
    known = replace(branch.known, circumstances=told)
    return Branch(known, steps_due(script, known))


def _answers(branch: Branch, covered: set[Outcome]) -> tuple[dict[str, str], dict[str, str]]:
    """Of every question an answer that was not given yet, if there is one."""
    answers: dict[str, str] = {}
    first: dict[str, str] = {}
    for step in branch.steps:
        if not isinstance(step, AskedStep):
            continue
        fixed = branch.known.answers.get(step.id)
        new = [each for each in step.accepted_choices if (step.id, each) not in covered]
        answers[step.id] = fixed or (new or step.accepted_choices)[0]
        again = [c.id for c in step.choices if not c.accepted and c.then not in ENDS]
        fresh = [each for each in again if (step.id, each) not in covered]
        if fresh:
            first[step.id] = fresh[0]
    return answers, first


def _is_unsuitable(script: Script, branch: Branch) -> bool:
    """Whether the product has more risk than the level of now or before: it would end there."""
    told = branch.known.circumstances
    risk = told.product_risk if told is not None else None
    asks = any(
        isinstance(step, QuestionnaireStep) and step.stop_above_tolerance for step in script.steps
    )
    return asks and risk is not None and risk > level_of(branch.known)
