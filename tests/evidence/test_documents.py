"""A PDF in the package is the one that the script pins; sentences are those of the script."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shuanglu.evidence.assembly import NamedObject
from shuanglu.evidence.names import document_file
from shuanglu.evidence.plain_words import statement_lines
from shuanglu.script.model import Script
from shuanglu.timeline import events as ev
from shuanglu.timeline.chain import sha256_hex
from tests.documents.pdf_maker import RISK_NOTICE, pdf_of
from tests.evidence.forging import changed_payload, statement_of
from tests.evidence.packing import Sealed, first_failure
from tests.evidence.performance import Performance, demo_script

PDF = pdf_of(RISK_NOTICE)
SHA256 = sha256_hex(PDF)
HONEST = (0, "")
OTHER = pdf_of(("另一份文件",))
SENTENCES = [
    {"text": {"zh": "本金可能受损。", "en": "Capital may be lost."}, "by": "tap"},
    {"text": {"zh": "我已了解风险。", "en": "I know the risk."}, "by": "copy"},
]


def pdf_script() -> Script:
    """The demonstration with a PDF instead of its text."""
    steps: list[dict[str, Any]] = demo_script().model_dump(mode="json")["steps"]
    for step in steps:
        if step["kind"] == "document":
            del step["pages"], step["document_sha256"]
            step["file"] = {"sha256": SHA256, "pages": 2, "bytes": len(PDF)}
            step["key_sentences"] = SENTENCES
    return demo_script(steps=steps)


PERFORMED = Performance(script=pdf_script(), pdf=PDF).whole()


def test_an_honest_package_holds_the_pdf_and_passes() -> None:
    files = Sealed.of(PERFORMED).files()
    assert files[document_file(SHA256)] == PDF
    assert b"documents/" in files["README.txt"]
    assert first_failure(files) == HONEST


def test_the_statement_names_the_pdf_and_tells_of_the_sentences() -> None:
    statement = statement_of(Sealed.of(PERFORMED))
    assert [document.sha256 for document in statement.documents] == [SHA256]
    lines = [line.zh for line in statement_lines(PERFORMED.script, statement)]
    assert any("确认重点语句 2 句" in line for line in lines)


def with_document(sealed: Sealed, sha256: str, data: bytes | None) -> Sealed:
    objects = {named: held for named, held in sealed.objects.items() if named.role != "document"}
    if data is not None:
        objects[NamedObject("document", sha256)] = data
    return replace(sealed, objects=objects)


def test_a_package_without_it_is_found() -> None:
    forged = with_document(Sealed.of(PERFORMED), SHA256, None)
    assert first_failure(forged.files()) == (7, "object_missing")


def test_another_pdf_under_its_name_is_found() -> None:
    forged = with_document(Sealed.of(PERFORMED), SHA256, OTHER)
    assert first_failure(forged.files()) == (3, "file_hash")


def test_another_pdf_under_its_own_name_is_found() -> None:
    forged = with_document(Sealed.of(PERFORMED), sha256_hex(OTHER), OTHER)
    assert first_failure(forged.files()) == (7, "object_missing")


def test_a_pdf_that_was_never_shown_is_found() -> None:
    sealed = Sealed.of(Performance().whole())
    sealed.objects[NamedObject("document", sha256_hex(OTHER))] = OTHER
    assert first_failure(sealed.files()) == (7, "object_extra")


def test_what_was_begun_but_not_read_is_in_the_package_too() -> None:
    performance = Performance(script=pdf_script(), pdf=PDF)
    performance.join()
    performance.record()
    steps = performance.script.steps
    performance.step(steps[0])
    performance.interrupt()
    for step in steps[1:]:
        attempt = 2 if step.id == "risk" else 1
        if step.kind == "document":
            performance.begin(step, attempt)
            break
        performance.step(step, attempt)
    performance.finish()
    sealed = Sealed.of(performance)
    assert first_failure(sealed.files()) == HONEST
    assert first_failure(with_document(sealed, SHA256, None).files()) == (7, "object_missing")


@pytest.mark.parametrize("update", [{"document_sha256": "ab" * 32}, {"pages": 3}])
def test_reading_of_another_pdf_is_found(update: dict[str, object]) -> None:
    forged = changed_payload(Sealed.of(PERFORMED), ev.DocumentRead, **update)
    assert first_failure(forged.files()) == (7, "document")


@pytest.mark.parametrize(
    "update", [{"sentence": 3}, {"by": "copy"}, {"words": "x"}, {"step_id": "opening"}]
)
def test_a_sentence_that_is_told_otherwise_is_found(update: dict[str, object]) -> None:
    forged = changed_payload(Sealed.of(PERFORMED), ev.KeySentenceMarked, **update)
    assert first_failure(forged.files())[0] == 7
