"""The document step: text, or a PDF, read to its end, and the sentences that must be marked.

Stage: below the steps. A published script is named by the hash of its canonical JSON, so what
text documents did not always have stays out of them. It never reads a file.
"""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field, model_validator

from shuanglu.script.parts import ScriptPart, StepBase, Text
from shuanglu.script.refusal import refusal
from shuanglu.timeline.chain import canonical_bytes, sha256_hex
from shuanglu.timeline.events import Sha256Hex
from shuanglu.timeline.events.payload import is_absent

MOST_FILE_BYTES: Final = 20 << 20
"""A phone on a slow network must get it while a customer waits."""
MOST_FILE_PAGES: Final = 200
MOST_KEY_SENTENCES: Final = 20


def _is_empty(value: tuple[object, ...]) -> bool:
    """Keeps a field that scripts did not always have out of them, and so out of their hash."""
    return not value


class DocumentFile(ScriptPart):
    """A PDF, pinned by the hash of its bytes; the file itself is an object beside the script."""

    sha256: Sha256Hex
    pages: int = Field(ge=1, le=MOST_FILE_PAGES)
    bytes: int = Field(ge=1, le=MOST_FILE_BYTES)


class KeySentence(ScriptPart):
    """A sentence that the customer marks for himself after reading (REG-7, REG-17)."""

    text: Text
    by: Literal["tap", "copy"] = Field(description="tap it, or copy it sign by sign (抄录)")


class DocumentStep(StepBase):
    """A document read to its end, pinned by hash: text page by page, or a PDF."""

    kind: Literal["document"] = "document"
    document: str = Field(description="name of the document beside the script")
    document_sha256: Sha256Hex | None = Field(
        default=None, description="hash of `pages`; not with `file`", exclude_if=is_absent
    )
    pages: tuple[Text, ...] = Field(
        default=(), description="the document's text, page by page", exclude_if=_is_empty
    )
    file: DocumentFile | None = Field(
        default=None, description="a PDF instead of `pages`", exclude_if=is_absent
    )
    min_page_ms: int = Field(default=1000, ge=0, description="least time that a page is in view")
    key_sentences: tuple[KeySentence, ...] = Field(
        default=(),
        max_length=MOST_KEY_SENTENCES,
        description="marked one by one when the document was read",
        exclude_if=_is_empty,
    )

    @model_validator(mode="after")
    def _is_one_document(self) -> DocumentStep:
        if (self.file is None) == (not self.pages):
            raise ValueError("a document is either `pages` of text or a `file`")
        if self.file is not None:
            if self.document_sha256 is not None:
                raise ValueError("document_sha256 is of `pages`; a file has its own sha256")
            return self
        right = document_sha256(self.pages)
        if self.document_sha256 != right:
            told = "document_sha256 is not the hash of the pages, which is {right}"
            raise refusal("document_hash", told, at=("document_sha256",), right=right)
        return self

    @property
    def sha256(self) -> str:
        """The hash that pins the document, whichever kind it is."""
        return document_sha256(self.pages) if self.file is None else self.file.sha256

    @property
    def page_count(self) -> int:
        """How many pages there are to read."""
        return len(self.pages) if self.file is None else self.file.pages

    def sentence(self, number: int) -> KeySentence | None:
        """The key sentence of that number, which counts from 1."""
        return self.key_sentences[number - 1] if 1 <= number <= len(self.key_sentences) else None


def document_sha256(pages: tuple[Text, ...]) -> str:
    """Hash that pins a text document: SHA-256 over the canonical JSON of its pages."""
    return sha256_hex(canonical_bytes([page.model_dump(mode="json") for page in pages]))
