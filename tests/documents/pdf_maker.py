"""PDFs as other programs write them, good and bad, put together by hand.

The Chinese ones embed no font: they name STSong-Light with the predefined CMap UniGB-UCS2-H,
as bank statements often do, so whoever renders them needs the CMap and a font of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from pypdf import PdfReader, PdfWriter

A4 = (595, 842)
FONT_NAME = "STSong-Light"
TITLE_PT, TEXT_PT, LEADING_PT, MARGIN_PT = 22, 14, 24, 56


def pdf_of(
    pages: Sequence[str],
    *,
    catalog: str = "",
    page_entries: str = "",
    extra: Sequence[str] = (),
    size: tuple[int, int] = A4,
) -> bytes:
    """A PDF of Chinese pages, a line of text a line; ``extra`` are objects from number 6 on.

    Page *n* and its content stand after ``extra``. ``catalog`` and ``page_entries`` are written
    into those dictionaries as they are.
    """
    first = 6 + len(extra)
    kids = " ".join(f"{first + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        (
            f"<< /Type /Font /Subtype /Type0 /BaseFont /{FONT_NAME} /Encoding /UniGB-UCS2-H"
            " /DescendantFonts [4 0 R] >>"
        ),
        (
            f"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /{FONT_NAME} /FontDescriptor 5 0 R"
            " /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000 >>"
        ),
        (
            f"<< /Type /FontDescriptor /FontName /{FONT_NAME} /Flags 6"
            " /FontBBox [-25 -254 1000 880] /ItalicAngle 0"
            " /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>"
        ),
        *extra,
    ]
    for n, text in enumerate(pages):
        objects += [
            (
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size[0]} {size[1]}] {page_entries}"
                f" /Resources << /Font << /F1 3 0 R >> >> /Contents {first + 2 * n + 1} 0 R >>"
            ),
            _stream(_drawn(text, size[1])),
        ]
    return _file(objects)


def _drawn(text: str, height_pt: int) -> str:
    out, y = ["BT"], height_pt - MARGIN_PT
    for number, line in enumerate(text.split("\n")):
        points = TITLE_PT if number == 0 else TEXT_PT
        signs = line.encode("utf-16-be").hex()
        out.append(f"/F1 {points} Tf 1 0 0 1 {MARGIN_PT} {y} Tm <{signs}> Tj")
        y -= LEADING_PT * (2 if number == 0 else 1)
    return "\n".join([*out, "ET"])


def _stream(content: str) -> str:
    return f"<< /Length {len(content)} >>\nstream\n{content}\nendstream"


def _file(objects: Sequence[str]) -> bytes:
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, written in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{written}\nendobj\n".encode("latin-1")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    return bytes(out) + trailer.encode()


def encrypted(data: bytes, password: str) -> bytes:
    """The same PDF, to be opened with a password (an empty one opens by itself)."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(data)))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


RISK_NOTICE = (
    (
        "风险揭示书\n本产品为非保本浮动收益型理财产品。\n您的本金可能因市场变动而蒙受损失。\n"
        "您应充分认识投资风险,谨慎投资。\n过往业绩不代表其未来表现。"
    ),
    (
        "风险等级与费用\n产品风险等级:三级(中等风险)。\n适合风险承受能力三级及以上的客户。\n"
        "本人已充分了解并愿意承担上述风险。\n管理费每年百分之零点三。"
    ),
)
"""Two pages, as a bank hands them out."""
