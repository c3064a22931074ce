"""Part of step 7: documents, their PDFs, and the key sentences that were marked."""

from __future__ import annotations

from shuanglu.evidence.check import fail, require
from shuanglu.evidence.findings import Findings
from shuanglu.evidence.names import document_file
from shuanglu.script.model import DocumentStep
from shuanglu.script.sentences import is_copy_of
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Event

PDF_MAGIC = b"%PDF-"


def check_documents(findings: Findings) -> None:
    """What was read is what the script pins; every sentence is one of the document's.

    That the PDF has the hash of its name, step 3 proves; that the name is the script's, the
    comparison of the objects with ``objects_of_record``. Does not prove that anybody read it.
    """
    for event, read in findings.payloads(ev.DocumentRead):
        step = _document(findings, event, read.step_id)
        own = (step.sha256, step.page_count, step.page_count)
        told = (read.document_sha256, read.pages, len(read.page_seen_ms))
        require(own == told, "document", f"event {event.seq} tells of another document")
    for event, marked in findings.payloads(ev.KeySentenceMarked):
        step = _document(findings, event, marked.step_id)
        same = _is_of(step, marked)
        require(same, "key_sentence", f"event {event.seq} tells of a sentence that is not there")
    _check_files(findings)


def _document(findings: Findings, event: Event, step_id: str) -> DocumentStep:
    step = findings.script.step(step_id)
    if not isinstance(step, DocumentStep):
        fail("document", f"event {event.seq} reads a document where the script has none")
    return step


def _is_of(step: DocumentStep, marked: ev.KeySentenceMarked) -> bool:
    sentence = step.sentence(marked.sentence)
    if sentence is None or sentence.by != marked.by:
        return False
    if sentence.by == "tap":
        return marked.words is None
    return marked.words is not None and is_copy_of(sentence.text, marked.words)


def _check_files(findings: Findings) -> None:
    """A PDF that the script pins has the size that it says, and is one."""
    pinned = {
        step.file.sha256: step.file
        for step in findings.script.steps
        if isinstance(step, DocumentStep) and step.file is not None
    }
    for entry in findings.manifest.objects:
        if entry.role == "document":
            beginning = next(iter(findings.package.pieces(document_file(entry.sha256))), b"")
            same = entry.bytes == pinned[entry.sha256].bytes and beginning.startswith(PDF_MAGIC)
            require(same, "document_file", "a document is not the PDF that the script pins")
