"""What a script must not say, or says of itself wrongly.

Stage: inside the linter. The same phrases that raise alerts when a person says them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from shuanglu.rules.words import PhrasePolicy, phrases_in, shipped_phrases, spoken
from shuanglu.rules.words.spoken import wording
from shuanglu.script.lint.finding import Finding, finding
from shuanglu.script.lint.places import Path, Written
from shuanglu.script.model import Script
from shuanglu.script.simulate import speech_ms
from shuanglu.script.steps import DocumentStep, Step, Text

_CLAUSE = re.compile(r"REG-([1-9][0-9]?)")
LAST_CLAUSE = 34
"""The digest of the rules counts to REG-34."""
OFF_BY = 2.0
"""A told length that is wrong by more than this factor misleads the customer."""


def badly_worded(script: Script, written: Written) -> list[Finding]:
    """Forbidden phrases, unknown clauses, a misleading length."""
    phrases = shipped_phrases()
    forbidden = _forbidden_wordings(phrases)
    found = _length(script, written)
    for number, step in enumerate(script.steps):
        for name, words in (("say", step.say), ("show", step.show.zh), *_copied(step)):
            # What only sounds alike is no matter in a text: the long search is spared.
            said = spoken(words).characters
            if any(each in said for each in forbidden):
                found += _forbidden(written, ("steps", number, name), words, phrases)
        found += _unknown_clauses(written, ("steps", number, "clauses"), step.clauses)
    return found


def _copied(step: Step) -> Iterator[tuple[str, str]]:
    """What a customer is made to say in writing must not be forbidden either."""
    if isinstance(step, DocumentStep):
        yield "key_sentences", "".join(f"{each.text.zh}。" for each in step.key_sentences)


def _forbidden_wordings(policy: PhrasePolicy) -> frozenset[str]:
    phrases = [phrase for phrase in policy.phrases if phrase.kind == "forbidden"]
    wordings = [each for phrase in phrases for each in (*phrase.say, *phrase.say_exactly)]
    return frozenset(wording(each).characters for each in wordings)


def _forbidden(
    written: Written, where: Path, words: str, phrases: PhrasePolicy
) -> Iterator[Finding]:
    for phrase in phrases_in(words, phrases):
        if phrase.kind == "forbidden" and phrase.how == "exact":
            message = Text(
                zh=f"不能这样说({phrase.topic}:{phrase.phrase})",
                en=f"it must not be said ({phrase.topic}: {phrase.phrase})",
            )
            yield finding(written, where, "forbidden_phrase", message, clause="REG-26")


def _unknown_clauses(written: Written, where: Path, clauses: tuple[str, ...]) -> Iterator[Finding]:
    for place, clause in enumerate(clauses):
        if not _is_clause(clause):
            message = Text(zh=f"没有条款 {clause}", en=f"there is no clause {clause}")
            yield finding(written, (*where, place), "unknown_clause", message)


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
