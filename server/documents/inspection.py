"""Whether a file is a PDF that may be shown to a customer, and how many pages it has.

Stage: before a PDF is stored, and again before a script that pins it is published. It runs
nothing of the file and renders nothing; a page that only a renderer can tell is broken, the
customer's page tells (it never passes it). Hostile files: see ``sandbox``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject

from shuanglu.errors import InvalidInputError, ShuangluError, TooLargeError
from shuanglu.script.document import MOST_FILE_BYTES, MOST_FILE_PAGES
from shuanglu.timeline.chain import sha256_hex

FIELD = "file"
_MAGIC = b"%PDF-"
_MAGIC_WITHIN_BYTES = 1024
_END = b"%%EOF"
_END_WITHIN_BYTES = 1024
MOST_OBJECTS = 200_000
LEAST_SIDE_PT = 36
MOST_SIDE_PT = 14_400
"""Half an inch to two hundred: the limits of PDF 1.7 itself are about these."""
FORBIDDEN_ACTIONS = {
    "/JavaScript": "JavaScript",
    "/Launch": "an action that starts a program",
    "/ImportData": "an action that imports data",
    "/SubmitForm": "an action that sends data",
    "/RichMediaExecute": "an action that runs media",
}
FORBIDDEN_PARTS = {
    "/JS": "JavaScript",
    "/JavaScript": "JavaScript",
    "/XFA": "an XFA form",
    "/EmbeddedFiles": "embedded files",
    "/RichMedia": "rich media",
}
_BROKEN = (
    PyPdfError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
    RecursionError,
    NotImplementedError,
    OverflowError,
    UnicodeError,
)
"""What pypdf lets out of a file that is damaged in a way that it did not expect."""


@dataclass(frozen=True, slots=True)
class InspectedDocument:
    """A PDF that may be shown."""

    sha256: str
    pages: int
    bytes: int


def inspect(data: bytes) -> InspectedDocument:
    """Look at a whole file. Raises ``TooLargeError`` or ``InvalidInputError``, field ``file``."""
    if len(data) > MOST_FILE_BYTES:
        raise too_large()
    if _MAGIC not in data[:_MAGIC_WITHIN_BYTES]:
        raise _refusal("这不是 PDF 文件", "it is not a PDF")
    if _END not in data[-_END_WITHIN_BYTES:]:
        raise _refusal("PDF 不完整,缺少结尾", "the PDF is cut off: its end is missing")
    # Its warnings quote the file, which may be anybody's.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        return InspectedDocument(sha256_hex(data), _checked_pages(data), len(data))
    except ShuangluError:
        raise
    except _BROKEN as error:
        raise _refusal("PDF 已损坏,无法读取", "the PDF is damaged and cannot be read") from error


def _checked_pages(data: bytes) -> int:
    reader = PdfReader(BytesIO(data), strict=False)
    if reader.is_encrypted:
        raise _refusal(
            "PDF 已加密,请另存为没有密码和限制的文件",
            "the PDF is encrypted: save it without a password and without restrictions",
        )
    count = len(reader.pages)
    if count == 0:
        raise _refusal("PDF 没有任何一页", "the PDF has no pages")
    if count > MOST_FILE_PAGES:
        raise _refusal(
            f"PDF 有 {count} 页,最多 {MOST_FILE_PAGES} 页",
            f"the PDF has {count} pages; {MOST_FILE_PAGES} are the most",
        )
    _refuse_active(_reachable(reader.trailer))
    for number, page in enumerate(reader.pages, start=1):
        width, height = float(page.cropbox.width), float(page.cropbox.height)
        if not all(LEAST_SIDE_PT <= side <= MOST_SIDE_PT for side in (width, height)):
            raise _refusal(
                f"第 {number} 页的尺寸手机无法显示",
                f"page {number} has a size that no phone can show",
            )
        contents = page.get_contents()
        if contents is not None:
            contents.get_data()  # a stream that cannot be unpacked is found here
    return count


def _reachable(trailer: DictionaryObject) -> Iterator[DictionaryObject]:
    """Every dictionary that a reader can come to from the trailer, each once."""
    seen: set[tuple[int, int]] = set()
    waiting: list[PdfObject] = [trailer]
    looked_at = 0
    while waiting:
        found = waiting.pop()
        if isinstance(found, IndirectObject):
            if (found.idnum, found.generation) in seen:
                continue
            seen.add((found.idnum, found.generation))
            found = found.get_object() or DictionaryObject()
        looked_at += 1
        if looked_at > MOST_OBJECTS:
            raise _refusal(
                "PDF 的内容过多,无法检查", "the PDF has more parts than can be looked at"
            )
        if isinstance(found, DictionaryObject):
            yield found
            waiting.extend(found.raw_get(key) for key in found)
        elif isinstance(found, ArrayObject):
            waiting.extend(list.__iter__(found))


def _refuse_active(parts: Iterable[DictionaryObject]) -> None:
    for part in parts:
        # By the key, which follows a reference; `get` would not.
        action = FORBIDDEN_ACTIONS.get(str(part["/S"])) if "/S" in part else None
        if action is not None:
            raise _active(action)
        for key, what in FORBIDDEN_PARTS.items():
            if key in part:
                raise _active(what)


def too_large() -> TooLargeError:
    """The refusal of a file that is not even looked at."""
    most = MOST_FILE_BYTES >> 20
    return TooLargeError(f"PDF 最大 {most} MB · a PDF may have {most} MB", field=FIELD)


def _active(what: str) -> InvalidInputError:
    return _refusal(
        f"PDF 含有可执行内容({what}),请打印成普通 PDF 再上传",
        f"the PDF holds {what}: print it to a plain PDF first",
    )


def _refusal(zh: str, en: str) -> InvalidInputError:
    """In both languages: staff read it in the office and on the command line."""
    return InvalidInputError(f"{zh} · {en}", field=FIELD)
