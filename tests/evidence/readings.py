"""What a performed session leaves of a document beside the reading itself."""

from __future__ import annotations

from shuanglu.evidence.assembly import NamedObject
from shuanglu.script.model import DocumentStep, Step
from shuanglu.timeline import events as ev


def pdf_of(step: Step, data: bytes) -> dict[NamedObject, bytes]:
    """The PDF that the step shows, if it shows one: ``data``, under the name that is pinned."""
    if isinstance(step, DocumentStep) and step.file is not None:
        return {NamedObject("document", step.sha256): data}
    return {}


def sentences_of(step: DocumentStep, attempt: int) -> list[ev.KeySentenceMarked]:
    """Every key sentence, marked as the script asks for."""
    return [
        ev.KeySentenceMarked(
            step_id=step.id,
            attempt=attempt,
            sentence=number,
            by=sentence.by,
            words=sentence.text.zh if sentence.by == "copy" else None,
        )
        for number, sentence in enumerate(step.key_sentences, start=1)
    ]
