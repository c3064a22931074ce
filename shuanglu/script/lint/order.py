"""Conditions that ask about what is not known yet: later steps, themselves, things never told.

Stage: inside the linter, on the plain data, so that the place can be told even where the
text is no script.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shuanglu.script.conditions import TOLD
from shuanglu.script.lint.finding import Finding, finding
from shuanglu.script.lint.places import Path, Written
from shuanglu.script.steps import Text

_FOUND_OUT_BY = {
    "age": "identity",
    "risk_level": "questionnaire",
    "level_changed": "questionnaire",
}
"""Circumstances that are found out in the session, and the kind of step that does."""


def out_of_order(written: Written) -> list[Finding]:
    """Every such condition."""
    steps = _listed(written.data, "steps")
    ids = [step.get("id") for step in steps]
    told = set(_listed_names(written.data, "circumstances"))
    found: list[Finding] = []
    for number, step in enumerate(steps):
        known_kinds = [each.get("kind") for each in steps[:number]]
        for path, part in _parts(step.get("when"), ("steps", number, "when")):
            found += _of_answer(written, path, part, ids, number)
            found += _of_fact(written, path, part, known_kinds, told)
    return found


def _of_answer(
    written: Written, path: Path, part: dict[str, Any], ids: list[Any], number: int
) -> Iterator[Finding]:
    asked = part.get("answer")
    if asked is None or asked in ids[:number]:
        return
    here = (*path, "answer")
    if asked in ids:
        message = Text(
            zh=f"条件形成循环:步骤 {asked} 不在这一步之前",
            en=f"a cycle: step {asked} does not come before this one",
        )
        yield finding(written, here, "cycle", message)
    else:
        message = Text(zh=f"没有步骤 {asked}", en=f"there is no step {asked}")
        yield finding(written, here, "unknown_step", message)


def _of_fact(
    written: Written, path: Path, part: dict[str, Any], known_kinds: list[Any], told: set[str]
) -> Iterator[Finding]:
    fact = part.get("fact")
    if not isinstance(fact, str):
        return
    here = (*path, "fact")
    kind = _FOUND_OUT_BY.get(fact)
    if kind is not None and kind not in known_kinds:
        message = Text(
            zh=f"这里还不知道 {fact}:前面没有 {kind} 步骤",
            en=f"{fact} is not known here: no {kind} step comes before",
        )
        yield finding(written, here, "not_known_yet", message)
    if fact in TOLD and fact not in told:
        message = Text(
            zh=f"条件用到 {fact},请写进 circumstances,否则可能没人告知",
            en=f"the condition asks about {fact}: list it under circumstances, "
            "or nobody may tell it",
        )
        yield finding(written, here, "never_told", message)


def _parts(when: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:  # noqa: ANN401 - YAML
    if not isinstance(when, dict):
        return
    yield path, when
    for name in ("all", "any"):
        inner = when.get(name)
        for number, part in enumerate(inner if isinstance(inner, list) else ()):
            yield from _parts(part, (*path, name, number))
    yield from _parts(when.get("not"), (*path, "not"))


def _listed(data: Any, name: str) -> list[dict[str, Any]]:  # noqa: ANN401 - YAML
    found = data.get(name) if isinstance(data, dict) else None
    listed = found if isinstance(found, list) else ()
    return [part if isinstance(part, dict) else {} for part in listed]


def _listed_names(data: Any, name: str) -> list[str]:  # noqa: ANN401 - YAML
    found = data.get(name) if isinstance(data, dict) else None
    return [part for part in found if isinstance(part, str)] if isinstance(found, list) else []
