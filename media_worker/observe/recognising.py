"""Whether the face is the session's reference face, and what it is as numbers when asked.

Stage: inside the observer process, one for each session. It keeps one template, the reference.
"""

from __future__ import annotations

import math

from media_worker.observe.decoding import Pixels
from media_worker.observe.detection import Face, FaceRecogniser
from media_worker.observe.landmarks import Landmarks
from media_worker.observe.likeness import cosine
from media_worker.observe.messages import Template
from shuanglu.timeline.events import Metric

RECOGNISE_EVERY_MS = 12_000
"""Two looks later the policy's ``stale_after_ms`` of an identity (15 s) is not over yet."""
RECOGNISE_SOON_MS = 250
"""The same after a change that another person may have made, or a doubtful likeness."""
DOUBTFUL_BELOW = 0.5
JUMP_SHARE = 0.6
"""A face that moved by more of its width between two looks, or that grew or shrank by more."""


class Recognition:
    """Compares now and then, and at once when something may have changed."""

    def __init__(self, recogniser: FaceRecogniser | None, reference: Template | None) -> None:
        self.reference = reference
        self._recogniser = recogniser
        self._compared_ms = -math.inf
        self._is_doubtful = False

    def doubt(self) -> None:
        """The picture changed as a whole: look again soon."""
        self._is_doubtful = True

    def follow(self, before: Face | None, now: Face) -> None:
        """The face was found again; if it came back or jumped, look again soon."""
        if before is None or _jumped(before, now):
            self._is_doubtful = True

    def is_due(self, at_ms: int) -> bool:
        """Whether the next face found is compared."""
        wait_ms = RECOGNISE_SOON_MS if self._is_doubtful else RECOGNISE_EVERY_MS
        return self.reference is not None and not 0 <= at_ms - self._compared_ms < wait_ms

    def measure(
        self, picture: Pixels, face: Face, at_ms: int, *, embed: bool
    ) -> tuple[dict[Metric, float], bytes | None]:
        """Likeness with the reference if it is due, and the face's vector if it was made."""
        if self._recogniser is None or not (self.is_due(at_ms) or embed):
            return {}, None
        vector = self._recogniser.vector(picture, face)
        if self.reference is None:
            return {}, vector
        likeness = cosine(vector, self.reference.raw())
        self._compared_ms, self._is_doubtful = at_ms, likeness < DOUBTFUL_BELOW
        return {Metric.SAME_FACE: likeness}, vector


def seen_how_well(face: Face, landmarks: Landmarks | None) -> float:
    """Frontal, open-eyed and sure is 1."""
    if landmarks is None:
        return 0.2 * face.score
    aside = (abs(landmarks.yaw) + abs(landmarks.pitch)) / 60
    return max(0.0, face.score * (1 - aside) * (1 - landmarks.metrics()[Metric.BLINK]))


def _jumped(before: Face, now: Face) -> bool:
    way = math.dist(before.centre, now.centre)
    grown = abs(math.log(now.width / before.width))
    return way > JUMP_SHARE * now.width or grown > JUMP_SHARE
