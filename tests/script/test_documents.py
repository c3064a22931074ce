"""A document step: text or a PDF, and its key sentences, from YAML to the fold."""

from __future__ import annotations

from typing import Any

import pytest

from shuanglu.errors import InvalidInputError
from shuanglu.script.lint import LintReport, lint, with_missing_documents
from shuanglu.script.model import DocumentStep, Script, Text, document_sha256, parse_script
from shuanglu.script.runner import RunPhase, fold
from shuanglu.timeline import events as ev
from tests.script.lint.texts import RISK, small
from tests.script.scripts import ZERO_HASH, chained, opening, prompted, small_script

FILE = {"sha256": "f" * 64, "pages": 2, "bytes": 4000}
SENTENCES = [
    {"text": {"zh": "本金可能受损。", "en": "Capital may be lost."}, "by": "tap"},
    {"text": {"zh": "我已了解风险。", "en": "I know the risk."}, "by": "copy"},
]
OF = {"step_id": "paper", "attempt": 1}
READ = ev.DocumentRead(**OF, document_sha256="f" * 64, pages=2, page_seen_ms=(9, 9))
TAPPED = ev.KeySentenceMarked(**OF, sentence=1, by="tap", words=None)
COPIED = ev.KeySentenceMarked(**OF, sentence=2, by="copy", words="我已了解风险")


def script_with(**document: Any) -> Script:
    """The small script's document and confirmation only."""
    whole = small_script().model_dump(mode="json")
    (paper,) = [step for step in whole["steps"] if step["kind"] == "document"]
    for name in ("document_sha256", "pages"):
        paper.pop(name)
    return parse_script({**whole, "steps": [{**paper, **document}, whole["steps"][-1]]})


PDF_SCRIPT = script_with(file=FILE, key_sentences=SENTENCES)


def phase_after(*payloads: ev.Payload) -> RunPhase:
    history = [*opening(), *prompted("paper", 1), *payloads]
    return fold(PDF_SCRIPT, chained(history)).phase


def test_a_pdf_is_pinned_by_its_own_hash_and_stays_out_of_other_scripts() -> None:
    step = PDF_SCRIPT.steps[0]
    assert isinstance(step, DocumentStep)
    assert (step.sha256, step.page_count) == ("f" * 64, 2)
    dumped = step.model_dump(mode="json")
    assert not {"pages", "document_sha256"} & dumped.keys()
    text = next(s for s in small_script().steps if isinstance(s, DocumentStep))
    assert not {"file", "key_sentences"} & text.model_dump(mode="json").keys()
    assert (text.sha256, text.page_count) == (text.document_sha256, 1)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"file": FILE, "pages": [{"zh": "一", "en": "one"}]},
        {"file": FILE, "document_sha256": "f" * 64},
        {"file": {**FILE, "pages": 0}},
        {"file": {**FILE, "bytes": (20 << 20) + 1}},
        {"file": {**FILE, "sha256": "F" * 64}},
        {"file": FILE, "key_sentences": SENTENCES * 11},
        {"file": FILE, "key_sentences": [{**SENTENCES[0], "by": "shout"}]},
    ],
)
def test_what_is_no_document_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        script_with(**document)


def test_it_is_done_only_with_every_sentence() -> None:
    assert phase_after(READ) is RunPhase.AWAITING
    assert phase_after(READ, TAPPED) is RunPhase.AWAITING
    assert phase_after(READ, TAPPED, TAPPED) is RunPhase.AWAITING
    assert phase_after(READ, COPIED) is RunPhase.AWAITING
    assert phase_after(READ, COPIED, TAPPED) is RunPhase.JUDGING


@pytest.mark.parametrize(
    "forged",
    [
        ev.KeySentenceMarked(**OF, sentence=2, by="tap", words=None),
        ev.KeySentenceMarked(**OF, sentence=2, by="copy", words="我不了解风险"),
        ev.KeySentenceMarked(**OF, sentence=2, by="copy", words=None),
        ev.KeySentenceMarked(**OF, sentence=3, by="tap", words=None),
        ev.StepCompleted(**OF),
    ],
)
def test_no_other_event_stands_for_a_sentence(forged: ev.Payload) -> None:
    assert phase_after(READ, TAPPED, forged) is RunPhase.AWAITING


def test_sentences_count_only_after_reading() -> None:
    assert phase_after(TAPPED, COPIED, READ) is RunPhase.AWAITING


def test_the_next_attempt_begins_with_none() -> None:
    failed = ev.StepFailed(**OF, reason="interrupted")
    again = [ev.StepBegun(step_id="paper", attempt=2), *prompted("paper", 2)[1:]]
    history = [*opening(), *prompted("paper", 1), READ, TAPPED, failed, *again]
    state = fold(PDF_SCRIPT, chained(history))
    assert (state.turn.document_read, state.turn.sentences) == (False, frozenset())


# --- the linter ---------------------------------------------------------------------------

PAPER = RISK.replace("kind: disclosure", "kind: document") + (
    f"    document: d\n    file: {{sha256: '{ZERO_HASH}', pages: 2, bytes: 4000}}\n"
)


def codes(report: LintReport) -> set[str]:
    return {finding.code for finding in report.findings}


def test_a_document_without_a_reading_time_is_a_warning() -> None:
    assert "no_reading_time" in codes(lint(small(PAPER)))
    assert "no_reading_time" in codes(lint(small(PAPER + "    min_page_ms: 0\n")))
    assert "no_reading_time" not in codes(lint(small(PAPER + "    min_page_ms: 800\n")))


def test_a_pdf_that_is_not_here_is_an_error_at_its_line() -> None:
    text = small(PAPER)
    report = with_missing_documents(lint(text), text, {"risk"})
    (finding,) = [one for one in report.findings if one.code == "document_missing"]
    assert text.splitlines()[finding.line - 1].strip().startswith("file:")
    assert not report.is_publishable
    assert with_missing_documents(lint(text), text, ()).is_publishable


TAIL = "    key_sentences: [{{text: {{zh: {zh}, en: e}}, by: copy}}]\n"
OF_TEXT = (
    RISK.replace("kind: disclosure", "kind: document")
    + "    document: d\n    pages: [{zh: 本金可能受损。, en: e}]\n    document_sha256: '"
    + document_sha256((Text(zh="本金可能受损。", en="e"),))
    + "'\n"
)


def test_a_sentence_must_stand_in_the_text() -> None:
    assert "sentence_not_in_document" in codes(lint(small(OF_TEXT + TAIL.format(zh="没有这句"))))
    found = codes(lint(small(OF_TEXT + TAIL.format(zh="本金可能受损"))))
    assert "sentence_not_in_document" not in found


def test_a_sentence_must_be_short_and_lawful() -> None:
    assert "long_to_copy" in codes(lint(small(PAPER + TAIL.format(zh="长" * 61))))
    assert "forbidden_phrase" in codes(lint(small(PAPER + TAIL.format(zh="本产品保本保息"))))
