"""A text that is read aloud: the words that were recognised, and what was heard of it."""

from __future__ import annotations

from collections.abc import Collection

from shuanglu.rules.reading import Reading, sentences
from shuanglu.rules.reading.heard import ALIGNMENT
from shuanglu.script.model import Step
from shuanglu.timeline import events as ev

SENTENCE_MS = 1000


def spoken_words(text: str, *, number: int = 0, evaluated: bool = True) -> ev.SpeechRecognised:
    """An utterance as the recogniser tells of it."""
    return ev.SpeechRecognised(
        speaker=ev.Speaker.CUSTOMER,
        from_ms=30_000 + number * SENTENCE_MS,
        to_ms=30_900 + number * SENTENCE_MS,
        evaluated=evaluated,
        text=text if evaluated else "",
        confidence=0.9 if evaluated else None,
        lips="not_seen",
        model="m",
        model_sha256="a" * 64,
    )


def read_aloud(
    step: Step, attempt: int, *, without: Collection[int] = (), ends_round: bool = False
) -> list[ev.Payload]:
    """Every sentence of the step is said, save those whose numbers are left out."""
    said = [
        spoken_words(text, number=no)
        for no, text in enumerate(sentences(step.say), 1)
        if no not in without
    ]
    reading = Reading.of(step.say, 0.8)
    for words in said:
        reading = reading.after(words.text, words.from_ms, words.to_ms)
    heard = ev.ReadingHeard(
        step_id=step.id,
        attempt=attempt,
        sentences=reading.best,
        utterances=len(said),
        not_evaluated=0,
        ends_round=ends_round,
        evaluated=True,
        alignment=ALIGNMENT,
    )
    return [*said, heard]
