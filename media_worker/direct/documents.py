"""What the customer did with a document, checked before anything is appended.

Stage: beside ``inputs``, between signalling and the timeline. A refusal names the field and
changes nothing. It never sees the document itself: what is shown, the page checks by its hash.
"""

from __future__ import annotations

from media_worker.direct.inputs import CLAIMED_TIME_SLACK_MS, current_step
from shuanglu.errors import ConflictError, InvalidInputError
from shuanglu.script.model import DocumentStep, KeySentence, Script
from shuanglu.script.runner import RunState
from shuanglu.script.sentences import difference, is_copy_of
from shuanglu.timeline import events as ev
from shuanglu.wire.signalling import DocumentReadReport, KeySentenceReport


def document_read(
    script: Script, state: RunState, report: DocumentReadReport, *, shown_ms: int
) -> ev.DocumentRead:
    """Every page in view for its least time, and no longer than the step is on the screen."""
    step = _document(script, state, report)
    if state.turn.document_read:
        raise ConflictError("the document was read already", field="step_id")
    if report.document_sha256 != step.sha256:
        raise InvalidInputError("that is another document", field="document_sha256")
    seen = report.page_seen_ms
    if len(seen) != step.page_count:
        raise InvalidInputError("a time is needed for every page", field="page_seen_ms")
    if any(page_ms < step.min_page_ms for page_ms in seen):
        raise InvalidInputError("a page was not in view long enough", field="page_seen_ms")
    # Two pages can be in view at once, so each is held to the time that passed, not the sum.
    if max(seen) > shown_ms + CLAIMED_TIME_SLACK_MS:
        raise InvalidInputError("more reading time than has passed", field="page_seen_ms")
    return ev.DocumentRead(
        step_id=step.id,
        attempt=report.attempt,
        document_sha256=step.sha256,
        pages=len(seen),
        page_seen_ms=seen,
    )


def key_sentence_marked(
    script: Script, state: RunState, report: KeySentenceReport
) -> ev.KeySentenceMarked | None:
    """A sentence tapped or copied after reading; once is enough, and it may be said again."""
    step = _document(script, state, report)
    if not state.turn.document_read:
        raise ConflictError("the document has not been read to its end", field="step_id")
    sentence = step.sentence(report.sentence)
    if sentence is None:
        raise InvalidInputError("the document has no such key sentence", field="sentence")
    if report.sentence in state.turn.sentences:
        return None
    return ev.KeySentenceMarked(
        step_id=step.id,
        attempt=report.attempt,
        sentence=report.sentence,
        by=sentence.by,
        words=_checked_words(sentence, report.words),
    )


def _checked_words(sentence: KeySentence, words: str | None) -> str | None:
    if sentence.by == "tap":
        if words is not None:
            raise InvalidInputError("this sentence is tapped, not copied", field="words")
        return None
    if words is None:
        raise InvalidInputError("this sentence is copied, not tapped", field="words")
    if not is_copy_of(sentence.text, words):
        differs = difference(sentence.text.zh, words)
        place = differs.place if differs is not None else 1
        raise InvalidInputError(f"the copy differs at sign {place}", field="words")
    return words


def _document(
    script: Script, state: RunState, report: DocumentReadReport | KeySentenceReport
) -> DocumentStep:
    step = current_step(script, state, report.step_id, report.attempt)
    if not isinstance(step, DocumentStep):
        raise ConflictError("no document is being read", field="step_id")
    return step
