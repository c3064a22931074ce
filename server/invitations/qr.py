"""QR codes of links, as SVG and PNG. Blocks for milliseconds: run it in a thread."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

import qrcode
from qrcode.image.pil import PilImage
from qrcode.image.svg import SvgPathImage

BORDER_MODULES = 4
"""The quiet zone that ISO/IEC 18004 asks for."""
PNG_MODULE_PX = 8


@dataclass(frozen=True, slots=True)
class QrCode:
    """The same code, twice."""

    svg: str
    png_base64: str


def qr_svg(text: str) -> str:
    """An SVG element without XML declaration, black on transparent."""
    image = _code(text).make_image(image_factory=SvgPathImage)
    return str(image.to_string(encoding="unicode"))


def qr_code(text: str) -> QrCode:
    """SVG for the screen, PNG for messages and print."""
    buffer = io.BytesIO()
    _code(text).make_image(image_factory=PilImage).save(buffer, format="PNG")
    return QrCode(svg=qr_svg(text), png_base64=base64.b64encode(buffer.getvalue()).decode())


def _code(text: str) -> qrcode.QRCode[PilImage]:
    code = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_M,
        box_size=PNG_MODULE_PX,
        border=BORDER_MODULES,
    )
    code.add_data(text)
    code.make(fit=True)
    return code
