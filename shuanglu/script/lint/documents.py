"""Documents that nobody could read, and sentences that nobody could mark.

Stage: inside the linter. Whether a PDF is here only the server knows: it passes that in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from shuanglu.script.lint.finding import Finding, finding
from shuanglu.script.lint.places import Path, Written
from shuanglu.script.model import DocumentStep, Script
from shuanglu.script.sentences import compared_signs
from shuanglu.script.steps import Text

LONG_COPY_SIGNS = 60
"""A 70-year-old types this in about three minutes; longer is a trial, not a proof."""


def badly_documented(script: Script, written: Written) -> Iterator[Finding]:
    """Every document step that can be passed unread, and every sentence that cannot be marked."""
    for number, step in enumerate(script.steps):
        if not isinstance(step, DocumentStep):
            continue
        if "min_page_ms" not in step.model_fields_set or step.min_page_ms == 0:
            message = Text(
                zh="没有写 min_page_ms(每页最少看多久),客户可能一翻而过",
                en="without min_page_ms, the least time a page is in view, it can be leafed past",
            )
            yield finding(written, ("steps", number), "no_reading_time", message, level="warning")
        yield from _sentences(step, written, ("steps", number, "key_sentences"))


def documents_missing(
    script: Script, written: Written, missing: Collection[str]
) -> Iterator[Finding]:
    """``missing``: ids of the steps whose PDF is not stored, or is not the one that is pinned."""
    for number, step in enumerate(script.steps):
        if step.id in missing:
            message = Text(
                zh="没有这个 PDF 文件,请先上传", en="the PDF is not here: upload it first"
            )
            yield finding(written, ("steps", number, "file"), "document_missing", message)


def _sentences(step: DocumentStep, written: Written, path: Path) -> Iterator[Finding]:
    of_zh = compared_signs("".join(page.zh for page in step.pages))
    for at, sentence in enumerate(step.key_sentences):
        signs = compared_signs(sentence.text.zh)
        if step.pages and signs not in of_zh:
            message = Text(zh="文件里没有这句话", en="the document does not hold this sentence")
            yield finding(written, (*path, at), "sentence_not_in_document", message)
        if sentence.by == "copy" and len(signs) > LONG_COPY_SIGNS:
            message = Text(
                zh=f"要抄录 {len(signs)} 个字,太长了",
                en=f"{len(signs)} signs are long to copy",
            )
            yield finding(written, (*path, at), "long_to_copy", message, level="warning")
