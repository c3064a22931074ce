"""One picture of somebody as a lens would give it, without a running camera."""

from __future__ import annotations

from pathlib import Path

from demo.film import Clip, Film
from demo.live_camera import LiveCamera, Optics
from demo.portrait import Pixels
from demo.screen_light import Colour
from demo.subject import LivePerson


class Studio:
    """A person who holds one pose."""

    def __init__(self, film: Film, optics: Optics, *, seed: int) -> None:
        self._film = film
        self._number = film.spans[Clip.IDLE_1][0]
        self._light = LivePerson(film, seed=seed)
        self._camera = LiveCamera(Path("never-opened"), self, seed=seed, optics=optics)

    def picture(self, clip: Clip, share: float) -> Pixels:
        """That moment of the clip."""
        frames = self._film.spans[clip]
        self._number = frames[round(share * (len(frames) - 1))]
        return self._camera.look()

    def next_picture(self) -> Pixels:
        return self._film.picture(self._number)

    def lit(self, picture: Pixels, colour: Colour) -> Pixels:
        return self._light.lit(picture, colour)
