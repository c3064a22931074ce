"""Whether a disclosure was read aloud: the facts of the attempt that stands, judged again.

Stage: inside the verdict. It does not match words anew: how that is done may change, and an
old record must keep its verdict. It holds the facts to the words that are in the record.
"""

from __future__ import annotations

from collections.abc import Sequence

from shuanglu.script.model import DisclosureStep
from shuanglu.script.runner.reading import still_missing_of
from shuanglu.timeline import events as ev


def was_read(step: DisclosureStep, events: Sequence[ev.Event]) -> bool:
    """Every wanted sentence was heard, in words that were recognised in this attempt."""
    heard: dict[int, ev.ReadingHeard] = {}
    said: dict[int, list[ev.SpeechRecognised]] = {}
    current, standing = 0, False
    for event in events:
        match event.payload:
            case ev.StepBegun(step_id=step.id, attempt=attempt):
                current = attempt
            case ev.SpeechRecognised(evaluated=True) as words:
                said.setdefault(current, []).append(words)
            case ev.ReadingHeard(step_id=step.id, attempt=attempt) as found:
                heard[attempt] = found
            case ev.StepCompleted(step_id=step.id, attempt=attempt):
                standing = _stands(step, heard.get(attempt), said.get(attempt, []))
    return standing


def _stands(
    step: DisclosureStep, heard: ev.ReadingHeard | None, said: Sequence[ev.SpeechRecognised]
) -> bool:
    if heard is None or still_missing_of(step, heard):
        return False
    wanted = [each for each in heard.sentences if each.sentence in step.wanted]
    return all(_is_backed(each, said) for each in wanted)


def _is_backed(sentence: ev.SentenceHeard, said: Sequence[ev.SpeechRecognised]) -> bool:
    """Its beginning and its end lie in utterances of which the words are known."""
    starts = any(words.from_ms == sentence.from_ms for words in said)
    return starts and any(words.to_ms == sentence.to_ms for words in said)
