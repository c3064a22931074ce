"""The sentences of findings and the names of fields, in Chinese and English: data, not code.

Stage: below the linter. It says things and never looks for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml

from shuanglu.script.lint.places import Path
from shuanglu.script.steps import Text

MOST_QUOTED = 40
"""Characters of what was written that a sentence repeats."""


def sentence(reason: str, named: Mapping[str, str], field: Text | None = None) -> Text:
    """What a finding says; raises ``KeyError`` for a reason or a name that is not known."""
    told = _sentences()[reason]
    zh, en = (field.zh, field.en) if field else ("", "")
    return Text(zh=told.zh.format(field=zh, **named), en=told.en.format(field=en, **named))


def field_named(path: Path) -> Text:
    """The last part of a path, as in ``say（播报的话）``; of a list the item."""
    name = next((part for part in reversed(path) if isinstance(part, str)), "")
    last = path[-1] if path else ""
    zh, en = _meaning(name)
    if isinstance(last, int):
        return Text(zh=f"{zh}的第 {last + 1} 项", en=f"item {last + 1} of {en}")
    inside = path[-2] if len(path) > 1 and name in {"zh", "en"} else None
    if isinstance(inside, str):
        outer_zh, outer_en = _meaning(inside)
        return Text(zh=f"{outer_zh}里的 {zh}", en=f"{en} of {outer_en}")
    return Text(zh=zh or "脚本", en=en or "the script")


def quoted(value: object) -> str:
    """What was written, short enough for a sentence; ``true`` and ``false`` as in YAML."""
    if isinstance(value, dict | list):
        return "{…}" if isinstance(value, dict) else "[…]"
    written = str(value).lower() if isinstance(value, bool) else str(value)
    return written if len(written) <= MOST_QUOTED else f"{written[:MOST_QUOTED]}…"


def _meaning(name: str) -> tuple[str, str]:
    found = _field_names().get(name)
    return (f"{name}（{found.zh}）", f"{name} ({found.en})") if found else (name, name)


@cache
def _sentences() -> Mapping[str, Text]:
    return {reason: Text(**told) for reason, told in _data("sentences.yaml").items()}


@cache
def _field_names() -> Mapping[str, Text]:
    named = _data("field-names.yaml").items()
    return {name: Text(zh=zh, en=en) for name, (zh, en) in named}


def _data(name: str) -> dict[str, dict[str, str]]:
    text = resources.files(__package__).joinpath(name).read_text("utf-8")
    found: dict[str, dict[str, str]] = yaml.safe_load(text)
    return found
