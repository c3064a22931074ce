"""What a scenario of that kind still lacks, clause by clause, on every way through the script.

Stage: inside the linter. What is demanded is data: ``shuanglu/script/scenarios``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shuanglu.script.branches import Branch, branches
from shuanglu.script.conditions import holds
from shuanglu.script.lint.finding import Finding, finding
from shuanglu.script.lint.places import Written
from shuanglu.script.model import Script
from shuanglu.script.scenarios import Demand, Scenario, scenario, scenario_ids
from shuanglu.script.steps import DocumentStep, Step, Text


def lacking(script: Script, written: Written) -> Iterator[Finding]:
    """Every demand that some customer's way does not meet."""
    if script.scenario is None:
        message = Text(
            zh="没有写 scenario,无法检查缺少哪些内容",
            en="without a scenario nobody can say what is lacking",
        )
        yield finding(written, (), "no_scenario", message, level="warning")
        return
    found = scenario(script.scenario)
    if found is None:
        message = Text(
            zh=f"没有场景 {script.scenario}", en=f"unknown; known are {', '.join(scenario_ids())}"
        )
        yield finding(written, ("scenario",), "unknown_scenario", message)
        return
    for demand in unmet(found, ways_told_apart(script, found)):
        message = Text(
            zh=f"缺少:{demand.title.zh}({demand.clause})",
            en=f"lacking: {demand.title.en} ({demand.clause})",
        )
        yield finding(written, ("steps",), "lacking", message, clause=demand.clause)


def ways_told_apart(script: Script, demanded: Scenario) -> tuple[Branch, ...]:
    """Every way through the script, for everything that the demands tell apart."""
    conditions = (demand.when for demand in demanded.demands)
    return branches(script, also=tuple(when for when in conditions if when is not None))


def unmet(demanded: Scenario, ways: Sequence[Branch]) -> tuple[Demand, ...]:
    """The demands that are not met on some way on which they hold."""
    return tuple(
        demand
        for demand in demanded.demands
        if any(_is_due(demand, way) and not _meets(demand, way) for way in ways)
    )


def _is_due(demand: Demand, way: Branch) -> bool:
    return demand.when is None or holds(demand.when, way.known) is not False


def _meets(demand: Demand, way: Branch) -> bool:
    return any(
        step.kind in demand.kinds
        and demand.clause in step.clauses
        and _is_named(step, demand)
        and _says(step, demand)
        for step in way.steps
    )


def _is_named(step: Step, demand: Demand) -> bool:
    name = step.title.zh + (step.document if isinstance(step, DocumentStep) else "")
    return not demand.named or any(word in name for word in demand.named)


def _says(step: Step, demand: Demand) -> bool:
    """One wording of every group stands in what is said, shown or read."""
    text = step.say + step.show.zh + step.title.zh
    if isinstance(step, DocumentStep):
        text += step.document + "".join(page.zh for page in step.pages)
        text += "".join(sentence.text.zh for sentence in step.key_sentences)
    return all(any(word in text for word in group) for group in demand.says)
