"""What a script lacks, what nobody comes to, what it must not say: with line and clause.

Stage: before a script is published. It never raises for bad text and never publishes.
Nothing in the language can run for ever: attempts are counted, conditions ask only about
earlier steps. A condition that asks about a later step, or about itself, is the one way to
write a cycle, and is refused.
"""

from __future__ import annotations

from collections.abc import Collection

from pydantic import ValidationError

from shuanglu.script.lint.delivery import read_by_nobody
from shuanglu.script.lint.demands import lacking
from shuanglu.script.lint.documents import badly_documented, documents_missing
from shuanglu.script.lint.finding import Finding, LintReport
from shuanglu.script.lint.invalid import invalid
from shuanglu.script.lint.order import out_of_order
from shuanglu.script.lint.places import UnreadableError, read_yaml
from shuanglu.script.lint.reach import unreachable
from shuanglu.script.lint.sentences import sentence
from shuanglu.script.lint.signs import badly_signed
from shuanglu.script.lint.wording import badly_worded
from shuanglu.script.model import Script

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
        wrong = invalid(written, error, has_cause=bool(ordered))
        return LintReport(findings=_sorted([*ordered, *wrong]), script=None)
    found = [
        *ordered,
        *unreachable(script, written),
        *badly_worded(script, written),
        *badly_signed(script, written),
        *read_by_nobody(script, written),
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
        reason=error.reason,
        params=error.named,
        message=sentence(error.reason, error.named),
    )
