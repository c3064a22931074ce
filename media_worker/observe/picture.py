"""One session's pictures to measurements.

Stage: inside the observer process. It keeps no picture: only a decoder, grids of brightness,
where the face was, and the template that it is compared with.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import av
import cv2

from media_worker.observe.appearance import Appearance
from media_worker.observe.card import encode_still, find_card, flattened
from media_worker.observe.decoding import (
    Picture,
    Pixels,
    Scaler,
    StreamDecoder,
    UndecodableError,
    brightness_grid,
)
from media_worker.observe.detection import Face, FaceDetector, FaceRecogniser
from media_worker.observe.face_region import FaceRegion
from media_worker.observe.landmarks import FaceLandmarker, Landmarks
from media_worker.observe.messages import CardShown, Sample, Template
from media_worker.observe.messages import Picture as Request
from media_worker.observe.passive import PassiveModel
from media_worker.observe.recognising import Recognition, seen_how_well
from media_worker.observe.sameness import Frozenness, Loops
from media_worker.observe.sharpness import sharpness
from media_worker.observe.skin import occluded, skin_light
from media_worker.observe.stillness import Stillness
from shuanglu.timeline.events import Metric

DETECT_EVERY_MS = 450
"""How often the whole picture is searched for faces while landmarks follow the one."""
_FOLLOWED = frozenset({"answer", "close", "card"})
"""Looks so close together that the face need not be searched for in each."""
MAY_REST_MS = 3000
"""Of a face that has been still for longer every look is measured: did it blink?"""
BRIGHT_FACE, DARK_FACE = 140.0, 20.0
"""A dark face has less contrast, not less sharpness: it is measured as if it were bright."""


@dataclass(frozen=True, slots=True)
class PictureModels:
    """What could be loaded; ``None`` leaves its metrics absent."""

    faces: FaceDetector | None = None
    landmarks: FaceLandmarker | None = None
    recogniser: FaceRecogniser | None = None
    passive: PassiveModel | None = None


@dataclass(slots=True)
class Seen:
    """What came of one picture."""

    samples: list[Sample] = field(default_factory=list)
    face: Template | None = None
    card: CardShown | None = None
    jpeg: bytes = b""


class PictureObserver:
    """Decodes every frame that it is given, and measures those that it is told to."""

    def __init__(self, models: PictureModels, reference: Template | None = None) -> None:
        self.recognition = Recognition(models.recogniser, reference)
        self._models = models
        self._decoder, self._scaler = StreamDecoder(), Scaler()
        self._frozenness, self._loops, self._stillness = Frozenness(), Loops(), Stillness()
        self._face: Face | None = None
        self._region: FaceRegion | None = None
        self._detected_ms = -math.inf
        self._counted: int | None = None
        self._appearance, self._still_ms = Appearance(), 0.0

    def observe(self, request: Request, data: bytes) -> Seen:
        """Take one frame; raises :class:`UndecodableError`."""
        decoded = self._decoder.decode(request.codec, data, is_key=request.is_key)
        if request.look == "decode":
            self._loops.see(brightness_grid(decoded), request.pts_ms)
            return Seen()
        return self._measure(request, decoded)

    def _measure(self, request: Request, decoded: av.VideoFrame) -> Seen:
        at_ms = math.floor(request.pts_ms)
        metrics, seen = self._sameness(decoded, request.pts_ms), Seen()
        picture = self._scaler.picture(decoded)
        metrics |= _light(picture)
        detected = self._find_faces(picture, metrics, at_ms, close=request.look in _FOLLOWED)
        if self._face is not None:
            metrics |= self._measure_face(picture, request, seen, at_ms, detected=detected)
        elif (found := sharpness(picture.grey)) is not None:
            metrics[Metric.SHARPNESS] = found
        if request.look == "card":
            metrics |= self._measure_card(picture, request, seen, at_ms)
        seen.samples.append(Sample(at_ms=at_ms, source="picture", metrics=metrics))
        return seen

    def _sameness(self, decoded: av.VideoFrame, pts_ms: float) -> dict[Metric, float]:
        grid = brightness_grid(decoded)
        self._loops.see(grid, pts_ms)
        metrics = {}
        if (looped_ms := self._loops.looped_ms()) is not None:
            metrics[Metric.LOOPED_MS] = looped_ms
        if (change := self._frozenness.change(grid)) is not None:
            metrics[Metric.CHANGE], metrics[Metric.CHANGE_MAX] = change
            if self._frozenness.is_cut:
                self.recognition.doubt()
        return metrics

    def _find_faces(
        self, picture: Picture, metrics: dict[Metric, float], at_ms: int, *, close: bool
    ) -> bool:
        """Search the picture, or trust what the landmarks followed a moment ago."""
        if self._models.faces is None:
            return False
        if close and self._face is not None and at_ms - self._detected_ms < DETECT_EVERY_MS:
            return False
        faces = self._models.faces.find(picture.bgr)
        self._detected_ms = at_ms
        metrics[Metric.FACES] = float(len(faces))
        if len(faces) != self._counted:
            self._detected_ms = -math.inf  # another number: the next look tells whether it is so
        self._counted = len(faces)
        if len(faces) > 1:
            metrics[Metric.SECOND_FACE_WIDTH] = faces[1].width / picture.bgr.shape[1]
        before, self._face = self._face, faces[0] if faces else None
        self._region = FaceRegion.of_face(self._face) if self._face else None
        if self._face is None:
            self._appearance.forget()
        else:
            self.recognition.follow(before, self._face)
        return True

    def _measure_face(
        self, picture: Picture, request: Request, seen: Seen, at_ms: int, *, detected: bool
    ) -> dict[Metric, float]:
        face = self._face
        if face is None:
            return {}
        metrics = _place(picture, face)
        rests = request.look == "card" or (request.calm and self._may_rest(picture, face, at_ms))
        landmarks = None if rests else self._landmarks(picture, face)
        if landmarks is None and not rests:
            self._detected_ms = -math.inf  # it moved away: search the whole picture next time
        if landmarks is not None:
            metrics |= landmarks.metrics()
            self._still_ms = metrics[Metric.STILL_MS] = self._stillness.still_ms(landmarks, at_ms)
            if (share := occluded(picture.bgr, landmarks)) is not None:
                metrics[Metric.OCCLUDED] = share
            if request.look == "close":
                metrics |= skin_light(picture.bgr, landmarks)
        if self._models.passive is not None and detected:
            metrics[Metric.PASSIVE_LIVE] = self._models.passive.score(picture.bgr, face)
        if detected and request.look != "card":
            same, vector = self.recognition.measure(picture.bgr, face, at_ms, embed=request.embed)
            metrics |= same
            if request.embed and vector:
                seen.face = Template.of(vector, seen_how_well(face, landmarks))
        return metrics

    def _landmarks(self, picture: Picture, face: Face) -> Landmarks | None:
        if self._models.landmarks is None or self._region is None:
            return None
        found = self._models.landmarks.find(picture.bgr, self._region)
        if found is None:
            self._appearance.forget()
        else:
            self._region = FaceRegion.of_points(found.points)
            self._appearance.measured(picture.grey, face)
        return found

    def _may_rest(self, picture: Picture, face: Face, at_ms: int) -> bool:
        """Whether the landmarks of this picture can be done without: they cost most of it."""
        is_due = self._still_ms > MAY_REST_MS or self.recognition.is_due(at_ms)
        return self._appearance.may_rest(picture.grey, face) and not is_due

    def _measure_card(
        self, picture: Picture, request: Request, seen: Seen, at_ms: int
    ) -> dict[Metric, float]:
        whole = picture.whole()
        card = find_card(whole)
        if card is None:
            return {Metric.CARD_AREA: 0.0}
        if request.still_above is not None and card.quality > request.still_above:
            seen.jpeg = encode_still(whole)
            seen.card = CardShown(
                at_ms=at_ms,
                quality=card.quality,
                sharpness=card.sharpness,
                glare_share=card.glare,
                portrait=self._portrait(flattened(whole, card.corners)),
            )
        return card.metrics()

    def _portrait(self, flat: Pixels) -> Template | None:
        """The face on the card, by its template."""
        if self._models.faces is None or self._models.recogniser is None:
            return None
        faces = self._models.faces.find(flat, side_px=640)
        if not faces:
            return None
        return Template.of(self._models.recogniser.vector(flat, faces[0]), faces[0].score)


def _light(picture: Picture) -> dict[Metric, float]:
    mean, deviation = cv2.meanStdDev(picture.grey)
    return {Metric.LUMA: float(mean[0, 0]), Metric.LUMA_DEVIATION: float(deviation[0, 0])}


def _place(picture: Picture, face: Face) -> dict[Metric, float]:
    height, width = picture.grey.shape
    x, y = face.centre
    metrics = {
        Metric.FACE_SCORE: face.score,
        Metric.FACE_WIDTH: face.width / width,
        Metric.FACE_X: x / width,
        Metric.FACE_Y: y / height,
    }
    crop = face.cut_from(picture.grey)
    if crop.size:
        luma = metrics[Metric.FACE_LUMA] = float(crop.mean())
        if (found := sharpness(crop)) is not None:
            metrics[Metric.SHARPNESS] = found * BRIGHT_FACE / max(DARK_FACE, luma)
    return metrics


__all__ = ["PictureModels", "PictureObserver", "Seen", "UndecodableError"]
