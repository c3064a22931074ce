"""A document step as the phone is shown it, by the worker and by signalling alike.

Stage: a pure view of step and turn. It decides nothing.
"""

from __future__ import annotations

from shuanglu.script.model import DocumentStep
from shuanglu.script.runner import Turn
from shuanglu.wire.views import KeySentenceView


def document_fields(step: DocumentStep, turn: Turn) -> dict[str, object]:
    """The fields of a ``StepView`` that only a document has."""
    return {
        "document_sha256": step.sha256,
        "pages": step.pages,
        "min_page_ms": step.min_page_ms,
        "file": step.file,
        "document_read": turn.document_read,
        "key_sentences": tuple(
            KeySentenceView(text=each.text, by=each.by, marked=number in turn.sentences)
            for number, each in enumerate(step.key_sentences, start=1)
        ),
    }
