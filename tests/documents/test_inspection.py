from __future__ import annotations

import zlib
from collections.abc import Callable

import pytest

from server.documents.inspection import MOST_SIDE_PT, inspect
from server.documents.sandbox import inspected
from shuanglu.errors import InvalidInputError, ShuangluError, TooLargeError
from shuanglu.script.document import MOST_FILE_BYTES, MOST_FILE_PAGES
from shuanglu.timeline.chain import sha256_hex
from tests.documents.pdf_maker import RISK_NOTICE, encrypted, pdf_of

UNPACKED_BYTES = 128 << 20
GOOD = pdf_of(RISK_NOTICE)
SCRIPT_ACTION = "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"

BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "not a PDF"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 4096, "not a PDF"),
    "a page of the web": (lambda: b"<html>%%EOF</html>", "not a PDF"),
    "cut in the middle": (lambda: GOOD[: len(GOOD) // 2], "cut off"),
    "only begins and ends like one": (lambda: b"%PDF-1.7\nnothing\n%%EOF\n", "cannot be read"),
    "asks for a password": (lambda: encrypted(GOOD, "secret"), "encrypted"),
    "opens by itself, but restricted": (lambda: encrypted(GOOD, ""), "encrypted"),
    "no pages": (lambda: pdf_of(()), "no pages"),
    "too many pages": (lambda: pdf_of(("页",) * (MOST_FILE_PAGES + 1)), "201 pages"),
    "runs JavaScript when opened": (
        lambda: pdf_of(RISK_NOTICE, catalog=f"/OpenAction {SCRIPT_ACTION}"),
        "JavaScript",
    ),
    "runs JavaScript by its name tree": (
        lambda: pdf_of(
            RISK_NOTICE,
            catalog="/Names << /JavaScript << /Names [(a) 6 0 R] >> >>",
            extra=(SCRIPT_ACTION,),
        ),
        "JavaScript",
    ),
    "runs JavaScript when a page is turned": (
        lambda: pdf_of(RISK_NOTICE, page_entries="/AA << /O 6 0 R >>", extra=(SCRIPT_ACTION,)),
        "JavaScript",
    ),
    "hides the kind of an action behind a reference": (
        lambda: pdf_of(
            RISK_NOTICE, catalog="/OpenAction << /S 6 0 R /F (a) >>", extra=("/Launch",)
        ),
        "starts a program",
    ),
    "spells JavaScript with numbers": (
        lambda: pdf_of(RISK_NOTICE, catalog="/OpenAction << /S /J#61vaScript /J#53 (1) >>"),
        "JavaScript",
    ),
    "starts a program": (
        lambda: pdf_of(RISK_NOTICE, catalog="/OpenAction << /S /Launch /F (cmd.exe) >>"),
        "starts a program",
    ),
    "starts a program from a link": (
        lambda: pdf_of(
            RISK_NOTICE,
            page_entries="/Annots [<< /Subtype /Link /A << /S /Launch /F (a) >> >>]",
        ),
        "starts a program",
    ),
    "carries files": (
        lambda: pdf_of(RISK_NOTICE, catalog="/Names << /EmbeddedFiles << /Names [] >> >>"),
        "embedded files",
    ),
    "is a form": (lambda: pdf_of(RISK_NOTICE, catalog="/AcroForm << /XFA [] >>"), "XFA"),
    "a page that no phone can show": (
        lambda: pdf_of(RISK_NOTICE, size=(MOST_SIDE_PT + 1, 800)),
        "page 1 has a size",
    ),
    "pages that hold themselves": (
        lambda: GOOD.replace(b"/Kids [6 0 R 8 0 R]", b"/Kids [2 0 R 2 0 R]"),
        "PDF",
    ),
}


def test_a_chinese_pdf_is_taken_with_its_hash_and_pages() -> None:
    found = inspect(GOOD)
    assert (found.pages, found.bytes, found.sha256) == (2, len(GOOD), sha256_hex(GOOD))


@pytest.mark.parametrize("name", sorted(BAD))
def test_what_may_not_be_shown_is_refused_with_its_reason(name: str) -> None:
    make, told = BAD[name]
    with pytest.raises(InvalidInputError) as refused:
        inspect(make())
    assert told in refused.value.detail
    assert refused.value.field == "file"


def test_a_file_that_is_too_large_is_refused_unread() -> None:
    with pytest.raises(TooLargeError) as refused:
        inspect(b"%PDF-1.7" + b"\0" * MOST_FILE_BYTES)
    assert refused.value.field == "file"


@pytest.mark.parametrize("cut", range(64, len(GOOD) - 8, 97))
def test_a_truncated_file_is_never_taken(cut: int) -> None:
    with pytest.raises(ShuangluError):
        inspect(GOOD[:cut])


async def test_the_process_apart_says_the_same() -> None:
    assert await inspected(GOOD) == inspect(GOOD)
    with pytest.raises(InvalidInputError, match="encrypted"):
        await inspected(encrypted(GOOD, "secret"))


async def test_a_file_that_unpacks_to_very_much_is_refused() -> None:
    """Packed twice: a few hundred bytes here, more than the process may hold there."""
    packed = zlib.compress(zlib.compress(b"\0" * UNPACKED_BYTES, 9), 9).hex()
    filters = "/Filter [/ASCIIHexDecode /FlateDecode /FlateDecode]"
    bomb = f"<< {filters} /Length {len(packed) + 1} >>\nstream\n{packed}>\nendstream"
    data = pdf_of(("页",), extra=(bomb,)).replace(b"/Contents 8 0 R", b"/Contents 6 0 R")
    with pytest.raises(InvalidInputError):
        await inspected(data)
