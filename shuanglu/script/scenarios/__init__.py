"""Kinds of sale, and what the rules demand of a script for each. Versioned data, not code.

Stage: read by the linter. A demand names its clause in the design's digest of the rules.
"""

from __future__ import annotations

from importlib import resources
from typing import Annotated

import yaml
from pydantic import Field

from shuanglu.parsed import parsed
from shuanglu.script.conditions import Condition
from shuanglu.script.steps import ScriptPart, StepKind, Text

Wordings = Annotated[tuple[str, ...], Field(min_length=1)]


class Demand(ScriptPart):
    """Some step of one of ``kinds``, under that clause, says one wording of every group.

    Whatever it says, its title or its document's name must hold one of ``named``: a document
    is not there because another one mentions it.
    """

    clause: str = Field(pattern=r"^REG-[1-9][0-9]?$")
    title: Text
    kinds: tuple[StepKind, ...] = Field(min_length=1)
    says: tuple[Wordings, ...] = ()
    named: tuple[str, ...] = ()
    when: Condition | None = Field(default=None, description="demanded only then")


class Scenario(ScriptPart):
    """One kind of sale."""

    id: str
    title: Text
    demands: tuple[Demand, ...] = Field(min_length=1)


def scenario_ids() -> tuple[str, ...]:
    """The kinds of sale that are known."""
    files = resources.files(__name__).iterdir()
    return tuple(sorted(f.name[:-5] for f in files if f.name.endswith(".yaml")))


def scenario(scenario_id: str) -> Scenario | None:
    """What is demanded of that kind of sale; ``None`` if it is not known."""
    if scenario_id not in scenario_ids():
        return None
    text = resources.files(__name__).joinpath(f"{scenario_id}.yaml").read_text("utf-8")
    return parsed(Scenario, yaml.safe_load(text), whole="scenario")
