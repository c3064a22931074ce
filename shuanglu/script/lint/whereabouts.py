"""Which part of a script a path leads into, in words: "step risk, answer 2".

Stage: below the linter.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from shuanglu.script.lint.places import Path
from shuanglu.script.steps import Text

_ITEMS = {
    "choices": ("第 {} 个回答", "answer {}"),
    "questions": ("第 {} 题", "question {}"),
    "options": ("第 {} 个选项", "option {}"),
    "pages": ("第 {} 页", "page {}"),
}
"""Lists whose items are counted in words."""


def whereabouts(path: Path, data: Any) -> Text | None:  # noqa: ANN401 - YAML
    """The step and the parts of it around the last part of ``path``; nothing at the top."""
    if len(path) < 2 or path[0] != "steps" or not isinstance(path[1], int):  # noqa: PLR2004 - a step's path has two parts
        return None
    zh, en = (
        [_step(path[1], data, "步骤 {}", "第 {} 步")],
        [_step(path[1], data, "step {}", "step {}")],
    )
    for name, number in pairwise(path[2:-1]):
        if isinstance(number, int) and name in _ITEMS:
            words = _ITEMS[str(name)]
            zh.append(words[0].format(number + 1))
            en.append(words[1].format(number + 1))
    if "when" in path[2:-1]:
        zh.append("条件 when")
        en.append("its condition")
    return Text(zh="，".join(zh), en=", ".join(en))


def _step(number: int, data: Any, named: str, counted: str) -> str:  # noqa: ANN401 - YAML
    steps = data.get("steps") if isinstance(data, dict) else None
    step = steps[number] if isinstance(steps, list) and number < len(steps) else None
    found = step.get("id") if isinstance(step, dict) else None
    return named.format(found) if isinstance(found, str) else counted.format(number + 1)
