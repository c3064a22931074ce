"""Which steps of a script apply to a customer, as far as is known.

Stage: pure, between the script and its runner. A condition asks only about earlier steps, so
one pass in script order decides all.
"""

from __future__ import annotations

from dataclasses import replace

from shuanglu.script.conditions import Known, applies
from shuanglu.script.model import Script
from shuanglu.script.steps import Step


def steps_due(script: Script, known: Known) -> tuple[Step, ...]:
    """The steps that apply, in script order; one whose condition is undecided does."""
    due: list[Step] = []
    for step in script.steps:
        if applies(step.when, known):
            due.append(step)
        else:
            known = replace(known, left_out=known.left_out | {step.id})
    return tuple(due)
