"""A picture of a card to lines of text: PP-OCRv6 small through onnxruntime.

Stage: inside the recogniser process. It never keeps a picture and knows nothing of cards:
which line is which field is the rules' business.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime

from media_worker.recognise.card_boxes import Box, Pixels, boxes_in, in_reading_order
from media_worker.recognise.handwriting import drawn
from media_worker.recognise.messages import MAX_LINES, MAX_TEXT, HeardWords, TextLine

MAX_PIXELS = 4096 * 2304
"""A larger picture is not decoded: no phone's stream has it, a picture bomb does."""
MAX_SIDE_PX = 1280
LINE_HEIGHT_PX = 48
LEAST_WIDTH_PX, MOST_WIDTH_PX = 48, 1600
LEAST_CONFIDENCE = 0.5
UPRIGHT_BELOW = 1.5
"""A box higher than this many widths is a line of text that runs down."""


class CardReader:
    """Both networks, on one thread."""

    def __init__(self, detection: Path, recognition: Path) -> None:
        cv2.setNumThreads(1)
        self._detection = _session(detection)
        self._recognition = _session(recognition)
        known = self._recognition.get_modelmeta().custom_metadata_map["character"]
        self._characters = ["", *known.split("\n"), " "]

    def read(self, jpeg: bytes) -> tuple[TextLine, ...] | None:
        """The lines from top to bottom; ``None`` when the bytes are no picture."""
        picture = decoded(jpeg)
        if picture is None:
            return None
        boxes = boxes_in(self._probabilities(picture), (picture.shape[1], picture.shape[0]))
        lines = (self._line(picture, box) for box in in_reading_order(boxes)[:MAX_LINES])
        return tuple(line for line in lines if line.text and line.confidence >= LEAST_CONFIDENCE)

    def read_strokes(self, stored: bytes) -> HeardWords | None:
        """A signature as one line; ``None`` when the bytes are no strokes."""
        line = drawn(stored)
        if line is None:
            return None
        text, confidence = self._read_line(line)
        return HeardWords(text=text, confidence=confidence)

    def _probabilities(self, picture: Pixels) -> npt.NDArray[np.float32]:
        """Where text is, at the network's own size (multiples of 32)."""
        scale = min(1.0, MAX_SIDE_PX / max(picture.shape[:2]))
        width, height = (max(32, round(side * scale / 32) * 32) for side in picture.shape[1::-1])
        small = np.asarray(cv2.resize(picture, (width, height)), np.uint8)
        out = self._detection.run(None, {"x": _normalised(small)[None]})[0]
        return np.asarray(out[0, 0], np.float32)

    def _line(self, picture: Pixels, box: Box) -> TextLine:
        text, confidence = self._read_line(_cut(picture, box))
        corners = [(int(x), int(y)) for x, y in box]
        return TextLine(
            text=text, confidence=confidence, box=(corners[0], corners[1], corners[2], corners[3])
        )

    def _read_line(self, line: Pixels) -> tuple[str, float]:
        cut = _normalised(_at_line_height(line))
        out = np.asarray(self._recognition.run(None, {"x": cut[None]})[0][0], np.float32)
        return self._text(out)

    def _text(self, steps: npt.NDArray[np.float32]) -> tuple[str, float]:
        """CTC: the best sign of each step, repeats and blanks taken out."""
        best, sure = steps.argmax(1), steps.max(1)
        fresh = np.concatenate([[True], best[1:] != best[:-1]]) & (best != 0)
        text = "".join(self._characters[sign] for sign in best[fresh]).strip()[:MAX_TEXT]
        confidence = float(sure[fresh].mean()) if fresh.any() else 0.0
        return text, round(min(1.0, max(0.0, confidence)), 3)


def decoded(jpeg: bytes) -> Pixels | None:
    """The picture, BGR; ``None`` for what is no JPEG or too large. The size is read first."""
    size = _jpeg_size(jpeg)
    if size is None or size[0] * size[1] > MAX_PIXELS:
        return None
    try:
        picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None
    return None if picture is None else np.asarray(picture, np.uint8)


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Width and height as the first frame header states them (ITU-T T.81, B.2.2)."""
    at = 2
    if data[:2] != b"\xff\xd8":
        return None
    while at + 9 <= len(data) and data[at] == 0xFF:  # noqa: PLR2004 - every marker begins so
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # noqa: PLR2004 - SOFn
            height, width = data[at + 5 : at + 7], data[at + 7 : at + 9]
            return int.from_bytes(width, "big"), int.from_bytes(height, "big")
        at += 2 + length
    return None


def _session(model: Path) -> Any:  # noqa: ANN401 - onnxruntime has no types
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def _normalised(picture: Pixels) -> npt.NDArray[np.float32]:
    """As both networks were trained: -1 to 1, colour planes first."""
    return (picture.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)


def _cut(picture: Pixels, box: Box) -> Pixels:
    """The line, straightened, at the height that the network reads."""
    corners = np.asarray(box, np.float32)
    width = max(math.dist(corners[0], corners[1]), math.dist(corners[3], corners[2]))
    height = max(math.dist(corners[0], corners[3]), math.dist(corners[1], corners[2]))
    square = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turn = cv2.getPerspectiveTransform(corners, square)
    line = cv2.warpPerspective(
        picture, turn, (round(width), round(height)), borderMode=cv2.BORDER_REPLICATE
    )
    if height >= width * UPRIGHT_BELOW:
        line = cv2.rotate(line, cv2.ROTATE_90_COUNTERCLOCKWISE)
    return np.asarray(line, np.uint8)


def _at_line_height(line: Pixels) -> Pixels:
    target = round(line.shape[1] * LINE_HEIGHT_PX / line.shape[0])
    size = (min(MOST_WIDTH_PX, max(LEAST_WIDTH_PX, target)), LINE_HEIGHT_PX)
    return np.asarray(cv2.resize(line, size), np.uint8)
