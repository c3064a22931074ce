"""Sound and pictures of cards as recognisers get them."""

from __future__ import annotations

import cv2
import numpy as np

from demo.microphone import to_48_khz
from media_worker.recognise.speech import RATE_HZ, Samples
from media_worker.utterance import Utterance

EDGE = np.zeros(RATE_HZ // 5, np.float32)


def to_16_khz(samples: Samples) -> Samples:
    """24 kHz speech at 16 kHz, with the edges that an utterance has."""
    speech = (to_48_khz(samples)[::3] / 32768).astype(np.float32)
    return np.concatenate([EDGE, speech, EDGE])


def utterance(samples: Samples) -> Utterance:
    pcm = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
    return Utterance(from_ms=200, to_ms=len(samples) * 1000 // RATE_HZ - 200, pcm=pcm)


def noise(duration_s: float, dbfs: float) -> Samples:
    random = np.random.default_rng(7)
    return random.normal(0, 10 ** (dbfs / 20), int(duration_s * RATE_HZ)).astype(np.float32)


def jpeg(lines: tuple[str, ...], *, turned: bool = False) -> bytes:
    """A card of 856x540 px with these lines."""
    card = np.full((540, 856, 3), 225, np.uint8)
    for number, line in enumerate(lines):
        place = (50, 90 + 110 * number)
        cv2.putText(card, line, place, cv2.FONT_HERSHEY_SIMPLEX, 1.4, (20, 20, 20), 3)
    if turned:
        card = np.asarray(cv2.rotate(card, cv2.ROTATE_90_CLOCKWISE), np.uint8)
    return cv2.imencode(".jpg", card)[1].tobytes()
