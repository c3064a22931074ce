"""The published schema is the language's own, and knows a good script from a bad one."""

from __future__ import annotations

import json
from pathlib import Path

from shuanglu.script.schema import script_schema
from shuanglu.script.steps import StepKind

PUBLISHED = Path(__file__).parents[2] / "docs" / "script.schema.json"


def test_the_published_schema_is_the_languages_own() -> None:
    published = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    assert published == script_schema(), "run `make docs`"


def test_every_kind_of_step_stands_in_it() -> None:
    definitions = script_schema()["$defs"]
    kinds = {
        definition["properties"]["kind"]["const"]
        for definition in definitions.values()
        if "kind" in definition.get("properties", {})
    }
    assert kinds == set(StepKind)
    assert {"is", "all", "any", "not"} <= set(definitions["Condition"]["properties"])
