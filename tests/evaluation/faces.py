"""``face_match_errors``: the portrait on a drawn card against faces before a camera, all pairs.

A component tier: pictures go through a real VP8 encoder and decoder and the product's own
detector and recogniser, not through a browser. Where there are two photographs of somebody,
the card has one and the camera the other; where there is only one, it is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from demo.film import Clip, Film, film_of
from demo.id_card import Held, before_camera, card_front
from demo.live_camera import Optics
from demo.portrait import Pixels
from media_worker.models.registry import ModelRegistry, ModelSettings
from media_worker.observe.decoding import StreamDecoder
from media_worker.observe.detection import FaceDetector, FaceRecogniser
from media_worker.observe.likeness import cosine
from shuanglu.rules.identity import shipped_identity
from tests.evaluation.cases import SEED
from tests.evaluation.outcome import FacePair
from tests.evaluation.people import ASSETS, PHOTOGRAPHS, person
from tests.evaluation.play import citizen_of
from tests.evaluation.studio import Studio
from tests.observe.encoding import key_frames

BIT_RATE = 800_000
CARD_SIDE_PX = 640
VIEWS: tuple[tuple[Clip, float, Optics], ...] = (
    (Clip.IDLE_1, 0.3, Optics()),
    (Clip.IDLE_2, 0.7, Optics(light=0.55, noise=3.5)),
    (Clip.IDLE_3, 0.5, Optics(distance=1.45)),
    (Clip.TURN_LEFT, 0.25, Optics()),
    (Clip.JAW, 0.6, Optics(light=1.3)),
)
"""What a comparison meets: idling, dim, further away, half turned, speaking."""


@dataclass(frozen=True, slots=True)
class _Faces:
    """Templates of one person: on the card, and live; whether both are of one photograph."""

    card: bytes
    live: tuple[bytes, ...]
    one_photograph: bool


class FaceTest:
    """The product's own models, and every person through them."""

    def __init__(self) -> None:
        registry = ModelRegistry(ModelSettings())
        self._detector = FaceDetector(registry.get("face_detection").path)
        self._recogniser = FaceRecogniser(registry.get("face_recognition").path)

    def pairs(self) -> list[FacePair]:
        """Every card against everybody's live face: the median of the views, as the product."""
        people = {name: self._faces(name) for name in ["collins", *PHOTOGRAPHS]}
        return [
            FacePair(
                card=a,
                live=b,
                score=round(float(np.median([cosine(card.card, v) for v in live.live])), 3),
                one_photograph=a == b and card.one_photograph,
            )
            for a, card in people.items()
            for b, live in people.items()
        ]

    def _faces(self, name: str) -> _Faces:
        photographs = len(PHOTOGRAPHS.get(name, ("",)))
        on_card = person(name, 1 if photographs > 1 else 0)
        film = film_of(person(name), ASSETS / "people")
        held = before_camera(card_front(citizen_of(name), on_card), Held())
        (card,) = self._templates([held] * 2)[-1:]
        live = tuple(self._templates(_views(film)))
        return _Faces(card, live, photographs == 1)

    def _templates(self, pictures: list[Pixels]) -> list[bytes]:
        found = []
        for picture in _through_vp8(pictures):
            faces = self._detector.find(picture, side_px=CARD_SIDE_PX)
            if faces:
                found.append(self._recogniser.vector(picture, faces[0]))
        return found


def _views(film: Film) -> list[Pixels]:
    return [
        Studio(film, optics, seed=SEED + number).picture(clip, share)
        for number, (clip, share, optics) in enumerate(VIEWS)
    ]


def _through_vp8(pictures: list[Pixels]) -> Iterator[Pixels]:
    decoder = StreamDecoder()
    for frame in key_frames(pictures, bit_rate=BIT_RATE):
        decoded = decoder.decode("VP8", frame.data, is_key=True)
        yield np.asarray(decoded.to_ndarray(format="bgr24"), np.uint8)


def errors(pairs: list[FacePair]) -> list[FacePair]:
    """Somebody taken for another, or another for him, at the shipped thresholds."""
    policy = shipped_identity()
    return [
        pair
        for pair in pairs
        if (pair.card == pair.live and pair.score < policy.other_below)
        or (pair.card != pair.live and pair.score >= policy.same_from)
    ]


def unsure(pairs: list[FacePair]) -> list[FacePair]:
    """Near misses, which a person decides."""
    policy = shipped_identity()
    return [pair for pair in pairs if policy.other_below <= pair.score < policy.same_from]
