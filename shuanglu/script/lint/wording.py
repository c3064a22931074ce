"""What a script must not say, cannot say, or says of itself wrongly.

Stage: inside the linter. The same phrases that raise alerts when a person says them.
"""

from __future__ import annotations

import re

from shuanglu.rules.words import phrases_in, shipped_phrases
from shuanglu.script.lint.finding import Finding, finding
from shuanglu.script.lint.places import Written
from shuanglu.script.model import Script
from shuanglu.script.simulate import speech_ms
from shuanglu.script.steps import Text

_CLAUSE = re.compile(r"REG-([1-9][0-9]?)")
LAST_CLAUSE = 34
"""The digest of the rules counts to REG-34."""
UNSPEAKABLE = re.compile(
    r"[^\u4e00-\u9fff\u3000-\u303f\uff00-\uffef0-9A-Za-z%.,!?;:、。·…—\-()\"'“”‘’《》\s]"
)
OFF_BY = 2.0
"""A told length that is wrong by more than this factor misleads the customer."""


def badly_worded(script: Script, written: Written) -> list[Finding]:
    """Forbidden phrases, signs that no voice can say, unknown clauses, a misleading length."""
    found: list[Finding] = []
    phrases = shipped_phrases()
    for number, step in enumerate(script.steps):
        say = ("steps", number, "say")
        for phrase in phrases_in(step.say, phrases):
            if phrase.kind == "forbidden" and phrase.how == "exact":
                message = Text(
                    zh=f"不能这样说({phrase.topic}:{phrase.phrase})",
                    en=f"it must not be said ({phrase.topic}: {phrase.phrase})",
                )
                found.append(finding(written, say, "forbidden_phrase", message, clause="REG-26"))
        for sign in sorted(set(UNSPEAKABLE.findall(step.say))):
            message = Text(zh=f"语音读不出“{sign}”", en=f"no voice can say {sign!r}")
            found.append(finding(written, say, "unspeakable", message))
        for place, clause in enumerate(step.clauses):
            if not _is_clause(clause):
                message = Text(zh=f"没有条款 {clause}", en=f"there is no clause {clause}")
                where = ("steps", number, "clauses", place)
                found.append(finding(written, where, "unknown_clause", message))
    return [*found, *_length(script, written)]


def _is_clause(clause: str) -> bool:
    matched = _CLAUSE.fullmatch(clause)
    return matched is not None and int(matched[1]) <= LAST_CLAUSE


def _length(script: Script, written: Written) -> list[Finding]:
    spoken_minutes = sum(speech_ms(step.say) for step in script.steps) / 60_000
    if spoken_minutes <= script.estimated_minutes * OFF_BY:
        return []
    message = Text(
        zh=f"光是语音就约 {spoken_minutes:.0f} 分钟,estimated_minutes 太少",
        en=f"the speech alone takes about {spoken_minutes:.0f} minutes",
    )
    return [finding(written, ("estimated_minutes",), "too_short", message, level="warning")]
