"""What was heard of a text that is read aloud: a fold over what was recognised.

Stage: between recognition and the script. It never says who read, and it guesses nothing:
a syllable counts for one sentence only, so that reading one twice does not stand for two.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from itertools import count

from shuanglu.rules.reading.align import Found, find
from shuanglu.rules.reading.sentences import as_read, sentences
from shuanglu.rules.words.spoken import Spoken
from shuanglu.timeline.events import MediaMs, ReadingHeard, SentenceHeard

ALIGNMENT = 1
"""Raised when the same words would be matched otherwise; stands in every event."""
NOTHING = Spoken("", ())
TAKEN = "·"
"""Stands for a syllable that belongs to a sentence already; nothing sounds like it."""
KEPT_TIMES = 1.5
"""So many times the longest sentence is kept of what belongs to none yet."""

_When = tuple[MediaMs, MediaMs]


def is_heard(found: SentenceHeard, min_share: float) -> bool:
    """Enough of its syllables, and nothing that turns it into another sentence."""
    return found.heard / found.syllables >= min_share and not found.missed and not found.added


def still_missing(
    heard: ReadingHeard | None, wanted: Collection[int], min_share: float
) -> tuple[int, ...]:
    """Numbers of the wanted sentences that were not heard, in order."""
    there = {s.sentence for s in heard.sentences if is_heard(s, min_share)} if heard else set()
    return tuple(sorted(set(wanted) - there))


@dataclass(frozen=True, slots=True)
class Reading:
    """One attempt at reading a text, so far."""

    texts: tuple[Spoken, ...]
    min_share: float
    best: tuple[SentenceHeard, ...]
    run: Spoken = NOTHING
    """Heard syllables that belong to no sentence yet: its end may come with the next words."""
    when: tuple[_When, ...] = ()
    """When the utterance of each of them lasted."""

    @classmethod
    def of(cls, text: str, min_share: float) -> Reading:
        """Nothing heard yet."""
        texts = tuple(as_read(sentence) for sentence in sentences(text))
        none = {"heard": 0, "missed": "", "added": ""}
        best = (
            SentenceHeard.model_validate({"sentence": n, "syllables": max(1, len(each)), **none})
            for n, each in zip(count(1), texts, strict=False)
        )
        return cls(texts, min_share, tuple(best))

    def after(self, words: str, from_ms: int, to_ms: int) -> Reading:
        """One more utterance, in the order of their times (media time, ms)."""
        said = as_read(words)
        run = Spoken(self.run.characters + said.characters, self.run.syllables + said.syllables)
        when = self.when + ((from_ms, to_ms),) * len(said)
        step = replace(self, run=run, when=when)
        while True:
            found = _found(step)
            facts = _facts(step, found)
            sure = _surest(found, facts, self.min_share)
            step = replace(step, best=_noted(step, facts, sure))
            if sure is None:
                return _forgotten(step)
            step = replace(step, run=_without(step.run, found[sure]))


def _found(step: Reading) -> dict[int, Found]:
    """Every sentence that is about, those that were heard before among them."""
    each = ((n, find(text, step.run)) for n, text in enumerate(step.texts))
    return {n: found for n, found in each if found is not None}


def _facts(step: Reading, found: Mapping[int, Found]) -> dict[int, SentenceHeard]:
    return {
        n: SentenceHeard(
            sentence=n + 1,
            syllables=len(step.texts[n]),
            heard=each.heard,
            missed=each.missed,
            added=each.added,
            from_ms=step.when[each.start][0],
            to_ms=step.when[each.end - 1][1],
        )
        for n, each in found.items()
    }


def _noted(
    step: Reading, facts: Mapping[int, SentenceHeard], sure: int | None
) -> tuple[SentenceHeard, ...]:
    """The best of each sentence; one that was heard stays as it was heard first."""
    best = list(step.best)
    for n, fact in facts.items():
        if is_heard(best[n], step.min_share):
            continue
        is_better = fact.heard > best[n].heard and not is_heard(fact, step.min_share)
        if n == sure or is_better:
            best[n] = fact
    return tuple(best)


def _without(run: Spoken, found: Found) -> Spoken:
    start, end = found.start, found.end
    gone = end - start
    characters = run.characters[:start] + TAKEN * gone + run.characters[end:]
    return Spoken(characters, (*run.syllables[:start], *[TAKEN] * gone, *run.syllables[end:]))


def _forgotten(step: Reading) -> Reading:
    """Only what comes after the last sentence, and no more than can still become one."""
    most = round(KEPT_TIMES * max(map(len, step.texts), default=0))
    start = max(step.run.characters.rfind(TAKEN) + 1, len(step.run) - most)
    run = Spoken(step.run.characters[start:], step.run.syllables[start:])
    return replace(step, run=run, when=step.when[start:])


def _surest(
    found: Mapping[int, Found], facts: Mapping[int, SentenceHeard], min_share: float
) -> int | None:
    """The sentence that is there most completely, unless it was said altered.

    A place that fits another sentence better, but for a negator, belongs to neither.
    """
    doubtful: list[Found] = []
    for n in sorted(found, key=lambda n: -facts[n].heard / facts[n].syllables):
        if not is_heard(facts[n], min_share):
            doubtful.append(found[n])
        elif not any(_overlap(found[n], each) for each in doubtful):
            return n
    return None


def _overlap(one: Found, other: Found) -> bool:
    return one.start < other.end and other.start < one.end
