"""What a performed session leaves of a document: the reading, the sentences, the PDF."""

from __future__ import annotations

from shuanglu.evidence.assembly import NamedObject
from shuanglu.script.model import DocumentStep, Step
from shuanglu.timeline import events as ev


def pdf_of(step: Step, data: bytes) -> dict[NamedObject, bytes]:
    """The PDF that the step shows, if it shows one: ``data``, under the name that is pinned."""
    if isinstance(step, DocumentStep) and step.file is not None:
        return {NamedObject("document", step.sha256): data}
    return {}


def deeds_of(step: DocumentStep, attempt: int) -> list[ev.Payload]:
    """Read to the end, then every key sentence marked as the script asks for."""
    read = ev.DocumentRead(
        step_id=step.id,
        attempt=attempt,
        document_sha256=step.sha256,
        pages=step.page_count,
        page_seen_ms=(1500,) * step.page_count,
    )
    marked = [
        ev.KeySentenceMarked(
            step_id=step.id,
            attempt=attempt,
            sentence=number,
            by=sentence.by,
            words=sentence.text.zh if sentence.by == "copy" else None,
        )
        for number, sentence in enumerate(step.key_sentences, start=1)
    ]
    return [read, *marked]
