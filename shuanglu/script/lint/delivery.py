"""Disclosures that a person reads aloud, where there may be no such person.

Stage: inside the linter, over a script that parsed. A customer who is alone then finds a
text that nobody reads, and a person is called: that is safe, and a waste of his time.
"""

from __future__ import annotations

from collections.abc import Iterator

from shuanglu.script.branches import known_of
from shuanglu.script.conditions import Circumstance, applies
from shuanglu.script.lint.finding import Finding, finding
from shuanglu.script.lint.places import Written
from shuanglu.script.model import DisclosureStep, Script
from shuanglu.script.steps import Text
from shuanglu.timeline.events import Channel

BESIDE = frozenset({Channel.COUNTER, Channel.FIELD})
"""Channels in which an agent is beside the customer, before the same microphone."""


def read_by_nobody(script: Script, written: Written) -> list[Finding]:
    """Steps that an agent is to read in channels without one."""
    return [found for number in _read(script) for found in _of_step(script, written, number)]


def _read(script: Script) -> list[int]:
    steps = enumerate(script.steps)
    return [n for n, step in steps if isinstance(step, DisclosureStep) and step.reader]


def _of_step(script: Script, written: Written, number: int) -> Iterator[Finding]:
    step, where = script.steps[number], ("steps", number, "delivery")
    possible = {
        channel
        for channel in Channel
        if applies(step.when, known_of({Circumstance.CHANNEL: channel.value}))
    }
    if not possible & BESIDE:
        message = Text(
            zh="这一步由工作人员朗读,但条件只留下了身边没有工作人员的渠道",
            en="an agent is to read this, and its condition leaves no channel that has one",
        )
        yield finding(written, where, "no_reader", message)
        return
    alone = sorted(possible - BESIDE)
    if alone:
        named = ", ".join(alone)
        message = Text(
            zh=f"渠道 {named} 里没有人在旁边朗读;请用 when 排除,并另写一步由语音播报",
            en=f"in {named} nobody is there to read this: exclude it by `when`, "
            "and let a second step speak it",
        )
        yield finding(written, where, "maybe_no_reader", message, level="warning")
