"""Who holds the phone instead of the customer, and answers the challenges somehow.

Stage: part of the generator. Every intruder has the customer's real card and knows what the
page shows; none knows what will be drawn. Each is a body like the honest customer's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
from playwright.async_api import Page

from demo import synthetic_microphone
from demo.body import OwnBody
from demo.film import Clip
from demo.live_camera import LiveCamera
from demo.portrait import Pixels
from demo.replay import Intruder
from demo.screen_light import Colour, parse_colour
from demo.speech import openings
from demo.subject import LivePerson
from tests.evaluation.disguises import OnAScreen, PrintedPhoto


class PhotoHolder(Intruder):
    """A printed photograph moved about; with ``cut_mouth`` somebody speaks behind it."""

    def __init__(self, honest: OwnBody, photo: PrintedPhoto, *, cut_mouth: bool) -> None:
        super().__init__(honest, photo)
        self._photo = photo
        self._cut_mouth = cut_mouth

    async def gesture(self, name: str) -> None:
        if self._cut_mouth and name == Clip.OPEN_MOUTH:
            self._photo.mouth(_yawn())
        await asyncio.sleep(1.5)

    async def speak(self, page: Page, wav: bytes) -> None:
        length_s = await synthetic_microphone.play(page, wav)
        if self._cut_mouth:
            self._photo.mouth(openings(wav))
        await asyncio.sleep(length_s)


def _yawn() -> Sequence[float]:
    return [float(np.sin(np.pi * step / 20) ** 2) for step in range(20)]


class LivePuppet(Intruder):
    """An injected picture that is driven live: the limit of what liveness can stop.

    On a screen it gives the phone's colours back late; through a virtual camera not at all.
    """

    def __init__(self, honest: OwnBody, *, flash_late_s: float | None) -> None:
        self._late = flash_late_s
        self._colours: list[tuple[float, Colour]] = []
        person = honest.person
        screen = OnAScreen(lambda: self._shown(person), seed=9)
        super().__init__(honest, screen)

    def _shown(self, person: LivePerson) -> Pixels:
        now = asyncio_time()
        due = [colour for at, colour in self._colours if at <= now]
        picture = person.next_picture()
        return person.lit(picture, due[-1]) if due and self._late is not None else picture

    def flashed(self, colour: str | None) -> None:
        light: Colour = parse_colour(colour) if colour else (0.0, 0.0, 0.0)
        self._colours = [*self._colours[-20:], (asyncio_time() + (self._late or 0.0), light)]
        super().flashed(colour)


def asyncio_time() -> float:
    """Monotonic seconds; the camera's thread and the page share it."""
    return LiveCamera.clock()
