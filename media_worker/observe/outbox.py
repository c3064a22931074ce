"""One session's samples on their way to its process, and the frames that wait to go along.

Stage: on the event loop, below ``session``. It never keeps more than ``MOST_HELD`` frames.
"""

from __future__ import annotations

from media_worker.observe.link import ObserverProcess
from media_worker.observe.messages import Picture, Sound

MOST_HELD = 12
"""Frames that are only decoded go with the next look: in a process that slept, the first
millisecond of work takes three, and such a frame takes one and a half."""


class Outbox:
    """Numbers samples, sends them, and knows which were not answered yet."""

    def __init__(self, link: ObserverProcess | None) -> None:
        self.link = link
        self._in_flight: dict[int, Picture | Sound] = {}
        self._held: list[tuple[Picture, bytes]] = []
        self._newest = 0

    def number(self) -> int:
        """Of the next sample."""
        self._newest += 1
        return self._newest

    def send_sound(self, sample: Sound, body: bytes) -> bool:
        """At once; ``False`` when there is no process now."""
        return self._send(sample, body)

    def send_picture(self, sample: Picture, body: bytes) -> bool:
        """A look at once, and before it what was held; ``False`` when there is no process now."""
        self._held.append((sample, body))
        if sample.look == "decode" and len(self._held) < MOST_HELD:
            return self.link is not None
        held, self._held = self._held, []
        return all(self._send(*each) for each in held)

    def _send(self, sample: Picture | Sound, body: bytes) -> bool:
        if self.link is None or not self.link.send(sample, body):
            return False
        self._in_flight[sample.sample] = sample
        return True

    def answered(self, number: int) -> Picture | Sound | None:
        """The sample of this number, which is on its way no more; ``None`` if it was not."""
        return self._in_flight.pop(number, None)

    def forget(self) -> None:
        """The process, and all that was on its way, is gone."""
        self._in_flight.clear()
        self._held.clear()

    @property
    def pictures(self) -> list[Picture]:
        """Sent and not answered."""
        return [sample for sample in self._in_flight.values() if isinstance(sample, Picture)]

    @property
    def sounds(self) -> list[Sound]:
        """Sent and not answered."""
        return [sample for sample in self._in_flight.values() if isinstance(sample, Sound)]
