"""Somebody else with the customer's phone: a genuine session of yesterday, played again.

Stage: beside the honest body, for whoever attacks: end-to-end tests and the evaluation. An
intruder has the customer's real card and knows what the page shows, not what will be drawn.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import cv2
import numpy as np
from playwright.async_api import Page

from demo import synthetic_microphone
from demo.body import OwnBody
from demo.camera import FRAMES_A_SECOND
from demo.film import Clip
from demo.portrait import Pixels
from demo.screen_light import Colour, parse_colour
from demo.speech import openings, spoken_digits
from demo.subject import Subject

COLOURS = ("#ff0000", "#00ff00", "#0000ff", "#ffff00", "#00ffff", "#ff00ff")
GESTURES = (Clip.BLINK, Clip.TURN_LEFT, Clip.TURN_RIGHT, Clip.NOD, Clip.OPEN_MOUTH)
COLOUR_FRAMES = 6
"""400 ms at 15 frames a second."""
WAIT_FRAMES = 9
"""Between the tap and the first colour."""
JPEG_QUALITY = 92


class Tape:
    """What a genuine session of yesterday looked and sounded like, challenge by challenge."""

    def __init__(self, body: OwnBody, *, seed: int) -> None:
        draw = random.Random(seed)  # noqa: S311 - yesterday's draws, guards nothing
        self.digits = "".join(draw.choice("0123456789") for _ in range(4))
        self.wav = body.speech.row(spoken_digits(self.digits), body.voice)
        self._camera, self._person = body.camera, body.person
        gestures = draw.sample(GESTURES, 3)
        colours = [draw.choice(COLOURS) for _ in range(10)]
        self.parts: dict[str, list[bytes]] = {
            "idle": self._taken(60),
            "gestures": [shot for clip in gestures for shot in self._gesture(clip)],
            "digits": self._digits(),
            "flash": self._taken(WAIT_FRAMES)
            + [shot for c in colours for shot in self._taken(COLOUR_FRAMES, c)],
        }

    def _gesture(self, clip: Clip) -> list[bytes]:
        self._person.do(clip)
        return self._taken(len(self._person.film.spans[clip]) + 6)

    def _digits(self) -> list[bytes]:
        moves = openings(self.wav)
        self._person.mouth(moves)
        return self._taken(len(moves) + 8)

    def _taken(self, count: int, colour: str | None = None) -> list[bytes]:
        light: Colour = parse_colour(colour) if colour else (0.0, 0.0, 0.0)
        return [_packed(self._camera.seen(light)) for _ in range(count)]


def _packed(picture: Pixels) -> bytes:
    options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    return cv2.imencode(".jpg", picture, options)[1].tobytes()


class Player:
    """Plays a part of a tape once, then idles on it, to and fro."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        idle = tape.parts["idle"]
        self._idle = [*idle, *idle[::-1]]
        self._at = 0
        self._playing: list[bytes] = []

    def play(self, part: str) -> float:
        """Begin; how long it takes, in seconds."""
        self._playing = list(self._tape.parts[part])
        return len(self._playing) / FRAMES_A_SECOND

    def next_picture(self) -> Pixels:
        """The next of the tape."""
        if self._playing:
            shot = self._playing.pop(0)
        else:
            self._at = (self._at + 1) % len(self._idle)
            shot = self._idle[self._at]
        return np.asarray(cv2.imdecode(np.frombuffer(shot, np.uint8), cv2.IMREAD_COLOR), np.uint8)

    def lit(self, picture: Pixels, _colour: Colour) -> Pixels:
        """A tape holds yesterday's light."""
        return picture


class Intruder(OwnBody):
    """Base: something else stands before the camera whenever the card does not."""

    def __init__(self, honest: OwnBody, subject: Subject) -> None:
        super().__init__(
            honest.camera,
            honest.person,
            speech=honest.speech,
            voice=honest.voice,
            cards=honest.cards,
        )
        self.subject = subject
        self._honest = honest
        honest.eyes = self.flashed  # the page goes on telling him what the screen shows
        self.camera.show(subject)

    def give_back(self) -> None:
        """The phone is the customer's again."""
        self.camera.virtual = False
        self._honest.eyes = self._honest.flashed
        self._honest.put_card_away()

    def put_card_away(self) -> None:
        """The disguise again."""
        self.camera.show(self.subject)


class TapePlayer(Intruder):
    """Yesterday's session through a virtual camera, or on a ``screen`` before the lens."""

    def __init__(
        self,
        honest: OwnBody,
        tape: Tape,
        *,
        screen: Callable[[Callable[[], Pixels]], Subject] | None = None,
    ) -> None:
        self._player = Player(tape)
        self._tape = tape
        self._virtual = screen is None
        shown = screen(self._player.next_picture) if screen else self._player
        super().__init__(honest, shown)
        self._is_flashing = False
        self.put_card_away()

    def hold_card(self, side: str) -> None:
        """The real card, before the real lens."""
        self.camera.virtual = False
        super().hold_card(side)

    def put_card_away(self) -> None:
        """The tape again."""
        self.camera.virtual = self._virtual
        super().put_card_away()

    async def gesture(self, name: str) -> None:  # noqa: ARG002 - the tape shows what it shows
        """Yesterday's gestures."""
        await asyncio.sleep(self._player.play("gestures"))

    async def read_digits(self, page: Page, digits: str) -> None:  # noqa: ARG002 - as above
        """Yesterday's digits."""
        await synthetic_microphone.play(page, self._tape.wav)
        await asyncio.sleep(self._player.play("digits"))

    def flashed(self, colour: str | None) -> None:
        """Yesterday's colours, from when today's begin."""
        if colour is not None and not self._is_flashing:
            self._player.play("flash")
        self._is_flashing = colour is not None
        super().flashed(colour)
