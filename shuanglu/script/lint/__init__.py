"""Finds what is wrong in the text of a script, each with its line.

Stage: before a script is published. It never raises for bad text and never publishes.
"""

from __future__ import annotations

from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from shuanglu.script.model import Script
from shuanglu.script.steps import Text

_NOT_YAML = "not_yaml"
_NOT_A_SCRIPT = "not_a_script"


class Finding(BaseModel):
    """One thing that is wrong, where it stands, and the rule that says so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: Literal["error", "warning"]
    code: str
    line: int
    column: int
    path: str
    clause: str | None
    message: Text


class LintReport(BaseModel):
    """Everything that was found; ``script`` is absent when the text is none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    findings: tuple[Finding, ...]
    script: Script | None

    @property
    def is_publishable(self) -> bool:
        """No error was found."""
        return not any(finding.level == "error" for finding in self.findings)


def lint(text: str) -> LintReport:
    """What is wrong with ``text``; never raises for bad text."""
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        return LintReport(findings=(_unreadable(error),), script=None)
    try:
        return LintReport(findings=(), script=Script.model_validate(data))
    except ValidationError as error:
        return LintReport(
            findings=tuple(_invalid(one["loc"], one["msg"], tree) for one in error.errors()),
            script=None,
        )


def _unreadable(error: Exception) -> Finding:
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    problem = error.problem if isinstance(error, yaml.MarkedYAMLError) else None
    return Finding(
        level="error",
        code=_NOT_YAML,
        line=mark.line + 1 if mark else 1,
        column=mark.column + 1 if mark else 1,
        path="",
        clause=None,
        message=Text(zh=f"不是正确的 YAML:{problem or error}", en=f"not YAML: {problem or error}"),
    )


def _invalid(place: tuple[int | str, ...], message: str, tree: yaml.Node | None) -> Finding:
    mark = _mark(place, tree)
    return Finding(
        level="error",
        code=_NOT_A_SCRIPT,
        line=mark.line + 1 if mark else 1,
        column=mark.column + 1 if mark else 1,
        path=".".join(str(part) for part in place),
        clause=None,
        message=Text(zh=f"话术脚本不完整:{message}", en=message),
    )


def _mark(place: tuple[int | str, ...], tree: yaml.Node | None) -> Any:  # noqa: ANN401 - YAML's own
    """Where the named part begins, or the innermost part that is there."""
    node, mark = tree, tree.start_mark if tree else None
    for part in place:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            found = node.value[part] if part < len(node.value) else None
        elif isinstance(node, yaml.MappingNode):
            pairs = {key.value: (key, value) for key, value in node.value}
            if part not in pairs:
                continue  # the tag of a union is no key
            found, mark = pairs[part][1], pairs[part][0].start_mark
            node = found
            continue
        else:
            found = None
        if found is None:
            break
        node, mark = found, found.start_mark
    return mark
