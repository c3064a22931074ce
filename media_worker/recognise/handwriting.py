"""The strokes of a signature to a picture of one line, as the line network reads it.

Stage: inside the recogniser process. It never learns whose name it should be, and judges
nothing: rules do.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from media_worker.recognise.card_boxes import Pixels
from shuanglu.evidence.check import CheckFailedError
from shuanglu.evidence.strokes import Strokes, parse_strokes

HEIGHT_PX = 96
"""Twice what the network reads: thin ink survives the halving better than being drawn small."""
INK_SHARE = 0.8
"""Of the height; the rest is margin."""
PEN_PX = 4
MOST_WIDTH_PX = 3000
INK = (20, 20, 20)
PAPER = 255
_FRACTION_BITS = 3
"""cv2 draws between pixels in eighths."""


def drawn(stored: bytes) -> Pixels | None:
    """The ink, cut out and brought to the height of a line; ``None`` for what is no strokes."""
    try:
        strokes = parse_strokes(stored)
    except CheckFailedError:
        return None
    return _drawn(_points(strokes))


def _points(strokes: Strokes) -> list[npt.NDArray[np.float64]]:
    return [
        np.array([(point.x, point.y) for point in stroke], np.float64) for stroke in strokes.strokes
    ]


def _drawn(strokes: list[npt.NDArray[np.float64]]) -> Pixels:
    every = np.concatenate(strokes)
    low, high = every.min(0), every.max(0)
    width, height = (high - low).tolist()
    scale = min(
        HEIGHT_PX * INK_SHARE / max(height, width / 100, 1.0), MOST_WIDTH_PX / max(width, 1.0)
    )
    margin = HEIGHT_PX * (1 - INK_SHARE) / 2
    paper_width = max(HEIGHT_PX, round(width * scale + 3 * margin))
    picture = np.full((HEIGHT_PX, paper_width, 3), PAPER, np.uint8)
    offset = np.array([1.5 * margin, (HEIGHT_PX - height * scale) / 2])
    for stroke in strokes:
        line = np.round(((stroke - low) * scale + offset) * (1 << _FRACTION_BITS))
        cv2.polylines(
            picture,
            [line.astype(np.int32).reshape(-1, 1, 2)],
            isClosed=False,
            color=INK,
            thickness=PEN_PX,
            lineType=cv2.LINE_AA,
            shift=_FRACTION_BITS,
        )
    return picture
