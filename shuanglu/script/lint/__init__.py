"""What a script lacks, what nobody comes to, what it must not say: with line and clause.

Stage: before a script is published. It never raises for bad text and never publishes.
Nothing in the language can run for ever: attempts are counted, conditions ask only about
earlier steps. A condition that asks about a later step, or about itself, is the one way to
write a cycle, and is refused.
"""

from __future__ import annotations

from collections.abc import Collection

from pydantic import ValidationError

from shuanglu.script.lint.demands import lacking
from shuanglu.script.lint.documents import badly_documented, documents_missing
from shuanglu.script.lint.finding import Finding, LintReport, finding
from shuanglu.script.lint.order import out_of_order
from shuanglu.script.lint.places import Path, UnreadableError, Written, read_yaml
from shuanglu.script.lint.reach import unreachable
from shuanglu.script.lint.wording import badly_worded
from shuanglu.script.model import Script
from shuanglu.script.steps import Text

__all__ = ["Finding", "LintReport", "lint", "with_missing_documents"]


def lint(text: str) -> LintReport:
    """Everything that is wrong with ``text``, in the order of its lines."""
    try:
        written = read_yaml(text)
    except UnreadableError as error:
        return LintReport(findings=(_unreadable(error),), script=None)
    ordered = out_of_order(written)
    try:
        script = Script.model_validate(written.data)
    except ValidationError as error:
        invalid = _invalid(written, error, has_cause=bool(ordered))
        return LintReport(findings=_sorted([*ordered, *invalid]), script=None)
    found = [
        *ordered,
        *unreachable(script, written),
        *badly_worded(script, written),
        *lacking(script, written),
        *badly_documented(script, written),
    ]
    return LintReport(findings=_sorted(found), script=script)


def with_missing_documents(report: LintReport, text: str, missing: Collection[str]) -> LintReport:
    """``report`` of ``text``, and the document steps of it whose PDF is not stored."""
    if report.script is None or not missing:
        return report
    more = documents_missing(report.script, read_yaml(text), missing)
    return LintReport(findings=_sorted([*report.findings, *more]), script=report.script)


def _sorted(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda each: (each.line, each.column, each.code)))


def _unreadable(error: UnreadableError) -> Finding:
    return Finding(
        level="error",
        code="not_yaml",
        line=error.line,
        column=error.column,
        path="",
        clause=None,
        message=Text(zh=f"不是正确的 YAML:{error.problem}", en=f"not YAML: {error.problem}"),
    )


def _invalid(written: Written, error: ValidationError, *, has_cause: bool) -> list[Finding]:
    """Each wrong field; what is said of the whole is left out where its cause was found."""
    return [
        finding(
            written,
            _path(one["loc"]),
            "not_a_script",
            Text(zh=f"写得不对:{one['msg']}", en=one["msg"]),
        )
        for one in error.errors()
        if one["loc"] or not has_cause
    ]


def _path(loc: Path) -> Path:
    """Without the kind of step, which stands in pydantic's path but not in the text.

    It cannot be told from a field of that name: a step of the kind ``document`` has one.
    """
    return (*loc[:2], *loc[3:]) if loc[:1] == ("steps",) else loc
