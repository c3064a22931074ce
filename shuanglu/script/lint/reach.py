"""Steps that no customer ever comes to, and limits that can never be kept.

Stage: inside the linter, over a script that parsed.
"""

from __future__ import annotations

from shuanglu.errors import InvalidInputError
from shuanglu.script.branches import branches
from shuanglu.script.lint.finding import Finding, finding
from shuanglu.script.lint.places import Written
from shuanglu.script.model import Script
from shuanglu.script.steps import DocumentStep, Step, TalkStep, Text


def unreachable(script: Script, written: Written) -> list[Finding]:
    """Every step that never applies or never can be done in its time."""
    try:
        reached = {step_id for branch in branches(script) for step_id in branch.step_ids}
    except InvalidInputError as error:
        message = Text(zh="条件的组合太多,无法检查", en=error.detail)
        return [finding(written, ("steps",), "too_many_combinations", message)]
    found = []
    for number, step in enumerate(script.steps):
        if step.id not in reached:
            message = Text(zh="这一步永远不会执行", en="no customer ever comes to this step")
            found.append(finding(written, ("steps", number, "when"), "unreachable", message))
        if step.time_limit_s is not None and _least_ms(step) >= step.time_limit_s * 1000:
            message = Text(
                zh="时间上限比这一步最少需要的时间还短",
                en="the time limit is shorter than the least that the step takes",
            )
            found.append(finding(written, ("steps", number, "time_limit_s"), "no_time", message))
    return found


def _least_ms(step: Step) -> int:
    match step:
        case TalkStep(min_ms=min_ms):
            return min_ms
        case DocumentStep(min_page_ms=min_page_ms):
            return min_page_ms * step.page_count
    return 0
