"""A citizen's identity card of the second generation, drawn: obviously fictitious.

Stage: from a person's portrait to a picture of the card, and of the card held before the
camera. The number has a valid check digit (GB 11643); name, address and authority exist
nowhere, and the card says in red that it is a specimen.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from datetime import date
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from demo.film import Person
from demo.portrait import HEIGHT_PX, WIDTH_PX, Pixels

CARD_WIDTH_PX, CARD_HEIGHT_PX = 1012, 638
"""85.6 by 54 mm at 300 dots an inch."""
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_SIGNS = "10X98765432"
_PAPER = (226, 236, 244)
_LABEL = (20, 90, 150)
_INK = (25, 25, 25)
_PORTRAIT_BOX = (670, 110, 950, 460)


@dataclass(frozen=True, slots=True)
class Citizen:
    """What stands on a card."""

    name: str = "演示客户"
    female: bool = True
    born: tuple[int, int, int] = (1990, 1, 15)
    district: str = "110105"
    serial: int = 12
    issued: date = date(2020, 1, 15)
    expires: date | None = date(2040, 1, 15)
    """``None``: valid without an end (长期), as cards are from the age of 46 on."""

    @property
    def number(self) -> str:
        """18 characters, the last of them by GB 11643."""
        year, month, day = self.born
        order = self.serial * 10 + (8 if self.female else 7)
        body = f"{self.district}{year:04d}{month:02d}{day:02d}{order:03d}"
        total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
        return body + _SIGNS[total % 11]

    @property
    def validity(self) -> str:
        """As the back of the card has it."""
        until = f"{self.expires:%Y.%m.%d}" if self.expires else "长期"
        return f"{self.issued:%Y.%m.%d}-{until}"


def card_front(citizen: Citizen, person: Person) -> Pixels:
    """The side with the portrait, BGR."""
    card, draw = _blank()
    year, month, day = (str(part) for part in citizen.born)
    labels = [
        ("姓名", 60, 70), ("性别", 60, 150), ("民族", 300, 150), ("出生", 60, 225),
        ("年", 265, 225), ("月", 355, 225), ("日", 440, 225), ("住址", 60, 305),
        ("公民身份号码", 60, 530),
    ]  # fmt: skip
    values = [
        (citizen.name, 150, 66, 38), ("女" if citizen.female else "男", 150, 147, 33),
        ("汉", 385, 147, 33), (year, 160, 222, 33), (month, 315, 222, 33), (day, 395, 222, 33),
        ("演示省样本市虚构区", 150, 302, 33), ("不存在路0号", 150, 350, 33),
    ]  # fmt: skip
    for text, x, y in labels:
        draw.text((x, y), text, font=_font(30), fill=_LABEL)
    for text, x, y, size in values:
        draw.text((x, y), text, font=_font(size), fill=_INK)
    draw.text((320, 522), citizen.number, font=_font(42, bold=True), fill=_INK)
    left, top, right, bottom = _PORTRAIT_BOX
    face = cv2.resize(_passport(person), (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    card.paste(Image.fromarray(cv2.cvtColor(face, cv2.COLOR_BGR2RGB)), (left, top))
    draw.text((690, 40), "样本 SPECIMEN", font=_font(28), fill=(200, 40, 40))
    return np.asarray(cv2.cvtColor(np.array(card), cv2.COLOR_RGB2BGR), np.uint8)


def card_back(citizen: Citizen) -> Pixels:
    """The side with authority and validity, BGR."""
    card, draw = _blank()
    draw.ellipse((60, 60, 200, 200), fill=(200, 40, 40))
    draw.text((330, 70), "中华人民共和国", font=_font(52), fill=_INK)
    draw.text((330, 160), "居民身份证", font=_font(76, bold=True), fill=_INK)
    draw.text((260, 470), "签发机关", font=_font(32), fill=_LABEL)
    draw.text((430, 468), "样本市公安局虚构分局", font=_font(34), fill=_INK)
    draw.text((260, 540), "有效期限", font=_font(32), fill=_LABEL)
    draw.text((430, 538), citizen.validity, font=_font(34), fill=_INK)
    draw.text((690, 300), "样本 SPECIMEN", font=_font(28), fill=(200, 40, 40))
    return np.asarray(cv2.cvtColor(np.array(card), cv2.COLOR_RGB2BGR), np.uint8)


def _blank() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    card = Image.new("RGB", (CARD_WIDTH_PX, CARD_HEIGHT_PX), _PAPER)
    draw = ImageDraw.Draw(card)
    for x in range(0, CARD_WIDTH_PX, 14):
        draw.arc((x - 300, -200, x + 300, 838), 0, 360, fill=(206, 222, 232))
    return card, draw


def _passport(person: Person) -> Pixels:
    """Head and shoulders, 4 by 5, as printed on a card."""
    points = person.points[:, :2]
    low, high = points.min(0), points.max(0)
    width = (high[0] - low[0]) * 1.75
    centre_x, centre_y = (low + high) / 2
    size = (280, 350)
    scale = size[0] / width
    matrix = np.array(
        [[scale, 0, size[0] / 2 - scale * centre_x], [0, scale, size[1] * 0.5 - scale * centre_y]],
        np.float32,
    )
    cut = cv2.warpAffine(person.picture, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.uint8)


@cache
def _font_file(*, bold: bool) -> str:
    """A Chinese typeface of the system; raises ``FileNotFoundError`` saying what to install."""
    program = shutil.which("fc-match")
    if program is None:
        raise FileNotFoundError("fc-match is missing; install the package fontconfig")
    wanted = f"Noto Sans CJK SC:{'bold' if bold else 'regular'}"
    found = subprocess.run(  # noqa: S603 - fixed words
        [program, "-f", "%{file}|%{index}", wanted], check=True, capture_output=True, text=True
    )
    return found.stdout


def _font(size_px: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    file, _, index = _font_file(bold=bold).partition("|")
    return ImageFont.truetype(file, size_px, index=int(index or 0))


@dataclass(frozen=True, slots=True)
class Held:
    """How the card is held: its width as a share of the picture's, its tilt, and how sharp."""

    width: float = 0.8
    tilt_deg: float = 2.0
    skew: float = 0.02
    blur_px: float = 0.6
    glare: bool = False


def before_camera(card: Pixels, held: Held | None = None) -> Pixels:
    """A picture of 640x480: the card in a hand before a dim room."""
    how = held or Held()
    corners = _corners(how)
    source = np.array(
        [[0, 0], [CARD_WIDTH_PX, 0], [CARD_WIDTH_PX, CARD_HEIGHT_PX], [0, CARD_HEIGHT_PX]],
        np.float32,
    )
    matrix = cv2.getPerspectiveTransform(source, corners)
    size = (WIDTH_PX, HEIGHT_PX)
    shade = np.linspace(95, 60, HEIGHT_PX)[:, None, None].astype(np.uint8)
    room = np.tile(shade, (1, WIDTH_PX, 3))
    shown = cv2.warpPerspective(card, matrix, size, flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full(card.shape[:2], 255, np.uint8), matrix, size)
    room[mask > 127] = shown[mask > 127]  # noqa: PLR2004 - half of it
    if how.glare:
        cv2.ellipse(room, (330, 250), (90, 45), 20, 0, 360, (255, 255, 255), -1)
    return np.asarray(cv2.GaussianBlur(room, (0, 0), how.blur_px), np.uint8)


def _corners(how: Held) -> npt.NDArray[np.float32]:
    half_x = WIDTH_PX * how.width / 2
    half_y = half_x * CARD_HEIGHT_PX / CARD_WIDTH_PX
    square = np.array([[-half_x, -half_y], [half_x, -half_y], [half_x, half_y], [-half_x, half_y]])
    square[0] += how.skew * half_x
    square[2] -= how.skew * half_x * 0.5
    angle = np.radians(how.tilt_deg)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.asarray(square @ turn.T + (WIDTH_PX / 2, HEIGHT_PX / 2), np.float32)


class HeldCard:
    """A card before the live camera."""

    def __init__(self, card: Pixels, held: Held | None = None) -> None:
        self._picture = before_camera(card, held)

    def next_picture(self) -> Pixels:
        """The same card; the hand's tremor and the noise are the camera's."""
        return self._picture

    def lit(self, picture: Pixels, _colour: tuple[float, float, float]) -> Pixels:
        """A card is not flashed at."""
        return picture
