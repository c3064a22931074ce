"""Which phrases of the policy a text holds.

Stage: after recognition, before alerts. It never says who spoke, and a phrase that is
denied ("不保本") or asked about ("保本吗") is not found: the compliant sentence names it too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from shuanglu.rules.words.phrase_policy import Phrase, PhrasePolicy
from shuanglu.rules.words.spoken import How, Spoken, spoken, wording


@dataclass(frozen=True, slots=True)
class FoundPhrase:
    """One phrase of the policy in one text; its severity stands in the policy."""

    phrase: str
    topic: str
    kind: Literal["forbidden", "required"]
    how: How


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    how: How


def phrases_in(text: str, policy: PhrasePolicy) -> list[FoundPhrase]:
    """Every phrase that is said and meant, once each, in the order of the policy."""
    said = spoken(text)
    hits = {phrase.id: _hits(said, phrase) for phrase in policy.phrases}
    forbidden = {p.id for p in policy.phrases if p.kind == "forbidden"}
    everywhere = [hit for name in forbidden for hit in hits[name]]
    found = []
    for phrase in policy.phrases:
        meant = [
            hit
            for hit in hits[phrase.id]
            if phrase.kind == "required" or _is_meant(said, hit, policy, everywhere)
        ]
        if meant:
            how: How = "exact" if any(hit.how == "exact" for hit in meant) else "pinyin"
            found.append(FoundPhrase(phrase.id, phrase.topic, phrase.kind, how))
    return found


def _hits(said: Spoken, phrase: Phrase) -> list[_Hit]:
    harmless = [hit for each in phrase.harmless for hit in _occurrences(said, each)]
    near = phrase.kind == "forbidden"  # what must be said is not taken for said too readily
    found = [hit for each in phrase.say for hit in _occurrences(said, each, near=near)]
    found += [hit for each in phrase.say_exactly for hit in _occurrences(said, each, sound=False)]
    longer = [hit for hit in found if not _lies_in(hit, harmless)]
    return [hit for hit in longer if not _lies_in(hit, (h for h in longer if _is_wider(h, hit)))]


def _occurrences(said: Spoken, text: str, *, sound: bool = True, near: bool = False) -> list[_Hit]:
    sought, hits = wording(text), []
    for start in range(len(said) - len(sought) + 1):
        how = said.at(start, sought, by_sound=sound)
        if how is None and near and said.nearly_at(start, sought):
            how = "pinyin"
        if how is not None:
            hits.append(_Hit(start, start + len(sought), how))
    return hits


def _is_wider(one: _Hit, other: _Hit) -> bool:
    return one.end - one.start > other.end - other.start


def _lies_in(hit: _Hit, spans: Iterable[_Hit]) -> bool:
    return any(span.start <= hit.start and hit.end <= span.end for span in spans)


def _is_meant(said: Spoken, hit: _Hit, policy: PhrasePolicy, phrases: list[_Hit]) -> bool:
    if any(_begins(said, hit.end, wording(each)) for each in policy.taken_back_by):
        return False
    return _negations_before(said, hit.start, policy, phrases) % 2 == 0


def _negations_before(said: Spoken, end: int, policy: PhrasePolicy, phrases: list[_Hit]) -> int:
    """Negators that stand before ``end``: two in a row are none ("不是不保本")."""
    while not _ending_at(said, end, policy.negators):
        link = _ending_at(said, end, policy.between)
        sibling = max((hit.end - hit.start for hit in phrases if hit.end == end), default=0)
        if not (link or sibling):
            return 0
        end -= max(link, sibling)
    count = 0
    while length := _ending_at(said, end, policy.negators):
        count, end = count + 1, end - length
    return count


def _ending_at(said: Spoken, end: int, wordings: Iterable[str]) -> int:
    """Length of the longest of the wordings that ends at ``end``."""
    lengths = (len(sought) for each in wordings if _ends(said, end, sought := wording(each)))
    return max(lengths, default=0)


def _begins(said: Spoken, start: int, sought: Spoken) -> bool:
    return said.at(start, sought, by_sound=len(sought) > 1) is not None


def _ends(said: Spoken, end: int, sought: Spoken) -> bool:
    start = end - len(sought)
    return start >= 0 and _begins(said, start, sought)
