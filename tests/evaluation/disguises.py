"""What can go wrong before a lens: veils over the picture, and subjects that are not alive.

Stage: part of the generator. Everything here is a picture in, a picture out; when it was put
there is kept by whoever puts it there.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import cv2
import numpy as np

from demo.camera import room
from demo.film import Clip, FaceArea, Film
from demo.portrait import HEIGHT_PX, WIDTH_PX, Pixels, Points
from demo.screen_light import Colour, ScreenLight, everywhere

Veil = Callable[[Pixels], Pixels]
SIZE = (WIDTH_PX, HEIGHT_PX)
PAPER_LIGHT = 0.2
"""Paper gives the screen's light back as skin does, but evenly."""
GLASS_LIGHT = 0.01
"""A screen gives hardly any back, and no colour of its own picture changes."""


# --- veils ---------------------------------------------------------------------------------


def hand_over_the_lens(picture: Pixels) -> Pixels:
    """A palm: dark, reddish, without structure."""
    # At an eighth of the size: blurred at its own, it takes a second, and the camera stands still.
    small = cv2.GaussianBlur(cv2.resize(picture, None, fx=1 / 8, fy=1 / 8), (0, 0), 60 / 8)
    blurred = cv2.resize(small, SIZE)
    return np.asarray(cv2.addWeighted(blurred, 0.08, _flat((24, 34, 62)), 1, 0), np.uint8)


def black(_picture: Pixels) -> Pixels:
    """A cap on the lens."""
    return _flat((4, 4, 4))


def blurred(picture: Pixels) -> Pixels:
    """Grease on the lens, or a lens that does not find its distance."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 9), np.uint8)


def at_the_edge(picture: Pixels) -> Pixels:
    """The face half out of the picture."""
    matrix = np.array([[1, 0, -0.42 * WIDTH_PX], [0, 1, 0]], np.float32)
    moved = cv2.warpAffine(picture, matrix, SIZE, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def surgical_mask(points: Points) -> Veil:
    """Light blue cloth from the nose to the chin."""
    outline = points[[227, 118, 197, 347, 447, 361, 397, 378, 152, 149, 172, 132], :2]
    area = outline.astype(np.int32)

    def worn(picture: Pixels) -> Pixels:
        out = picture.copy()
        cv2.fillPoly(out, [area], (214, 196, 168))
        for fold in range(3):
            level = int(area[:, 1].min() + (fold + 1.2) * np.ptp(area[:, 1]) / 4.5)
            left, right = int(area[:, 0].min()) + 22, int(area[:, 0].max()) - 22
            cv2.line(out, (left, level), (right, level), (186, 168, 142), 2, cv2.LINE_AA)
        return out

    return worn


def glasses(picture: Pixels, points: Points) -> Pixels:
    """Dark rims drawn on a portrait, so that they move with the face."""
    out = picture.copy()
    for corners in ((33, 133), (263, 362)):
        centre = points[list(corners), :2].mean(0)
        half = np.abs(np.diff(points[list(corners), 0]))[0] * 0.85
        axes = (round(float(half)), round(float(half) * 0.75))
        spot = (round(float(centre[0])), round(float(centre[1]) + 2))
        cv2.ellipse(out, spot, axes, 0, 0, 360, (30, 30, 34), 3, cv2.LINE_AA)
    bridge = points[[168], :2].astype(int)[0]
    cv2.line(out, (bridge[0] - 9, bridge[1]), (bridge[0] + 9, bridge[1]), (30, 30, 34), 3)
    return out


def second_person(film: Film, *, width_share: float, at_x: float) -> Veil:
    """A second head beside the customer: as wide as that share of the picture."""
    frames = itertools.cycle(film.spans[Clip.IDLE_2])
    scale = width_share * WIDTH_PX / (2 * film.face.half[0])
    centre = (at_x * WIDTH_PX, HEIGHT_PX * 0.42)
    move = [centre[axis] - scale * film.face.centre[axis] for axis in (0, 1)]
    matrix = np.array([[scale, 0, move[0]], [0, scale, move[1]]], np.float32)
    matte = cv2.warpAffine(_head(film.face), matrix, SIZE)[..., None]

    def beside(picture: Pixels) -> Pixels:
        other = cv2.warpAffine(film.picture(next(frames)), matrix, SIZE)
        return np.asarray(picture * (1 - matte) + other * matte, np.uint8)

    return beside


def _head(face: FaceArea) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    matte = np.zeros((HEIGHT_PX, WIDTH_PX), np.float32)
    centre = (round(face.centre[0]), round(face.centre[1] - 0.12 * face.half[1]))
    half = (round(face.half[0] * 1.25), round(face.half[1] * 1.3))
    cv2.ellipse(matte, centre, half, 0, 0, 360, 1.0, -1)
    return np.asarray(cv2.GaussianBlur(matte, (0, 0), 4), np.float32)


def _flat(colour: tuple[int, int, int]) -> Pixels:
    return np.full((HEIGHT_PX, WIDTH_PX, 3), colour, np.uint8)


# --- subjects that are not alive -----------------------------------------------------------


class EmptyRoom:
    """Nobody. Its light wanders about by chance: a room that went round and round is a loop."""

    def __init__(self, *, seed: int = 1) -> None:
        self._rooms = [room(number) for number in range(0, 120, 4)]
        self._random = np.random.default_rng(seed)
        self._at = 0

    def next_picture(self) -> Pixels:
        last = len(self._rooms) - 1
        self._at = min(last, max(0, self._at + int(self._random.choice((-1, 0, 1)))))
        return self._rooms[self._at]

    def lit(self, picture: Pixels, _colour: Colour) -> Pixels:
        return picture


class PrintedPhoto:
    """A photograph on paper, moved about by a hand; ``mouth`` may be cut out of it."""

    def __init__(self, film: Film, points: Points, *, seed: int, cut_mouth: bool = False) -> None:
        self._film = film
        self._photo = film.picture(film.spans[Clip.JAW][0])
        self._random = np.random.default_rng(seed)
        self._place = np.zeros(3)
        self._light = ScreenLight(everywhere(), PAPER_LIGHT)
        self._hole = _mouth(points) if cut_mouth else None
        self._behind: list[int] = []

    def mouth(self, openings: Sequence[float]) -> None:
        """The mouth behind the hole moves."""
        jaw = self._film.spans[Clip.JAW]
        self._behind = [jaw[round(min(1.0, max(0.0, way)) * (len(jaw) - 1))] for way in openings]

    def next_picture(self) -> Pixels:
        sheet = self._photo
        if self._hole is not None and self._behind:
            living = self._film.picture(self._behind.pop(0))
            sheet = np.asarray(sheet * (1 - self._hole) + living * self._hole, np.uint8)
        self._place = 0.95 * self._place + self._random.normal(0, (1.2, 1.2, 0.5), 3)
        matrix = cv2.getRotationMatrix2D((WIDTH_PX / 2, HEIGHT_PX / 2), self._place[2], 0.86)
        matrix[0, 2] += float(self._place[0])
        matrix[1, 2] += float(self._place[1])
        moved = cv2.warpAffine(sheet, matrix, SIZE, borderValue=(120, 130, 140))
        return np.asarray(moved, np.uint8)

    def lit(self, picture: Pixels, colour: Colour) -> Pixels:
        return self._light.fall(picture, colour)


def _mouth(points: Points) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    lips = points[[61, 291, 0, 17], :2]
    matte = np.zeros((HEIGHT_PX, WIDTH_PX), np.float32)
    centre = lips.mean(0)
    half = (round(float(np.ptp(lips[:, 0])) * 0.62), round(float(np.ptp(lips[:, 1])) * 1.1))
    cv2.ellipse(matte, (round(centre[0]), round(centre[1])), half, 0, 0, 360, 1.0, -1)
    return np.asarray(cv2.GaussianBlur(matte, (0, 0), 2)[..., None], np.float32)


class OnAScreen:
    """Something shown on another screen before the lens: its colours, its raster, its edge."""

    def __init__(self, shown: Callable[[], Pixels], *, seed: int) -> None:
        self._shown = shown
        self._light = ScreenLight(everywhere(), GLASS_LIGHT)
        self._phase = np.random.default_rng(seed).uniform(0, 6.28)
        x, y = np.meshgrid(np.arange(WIDTH_PX), np.arange(HEIGHT_PX))
        self._raster = (x * 1.13 + y * 0.21).astype(np.float32)
        self._cast = np.array([1.10, 1.0, 0.90], np.float32)

    def next_picture(self) -> Pixels:
        self._phase += 0.35
        shown = cv2.GaussianBlur(self._shown(), (0, 0), 0.9).astype(np.float32)
        moire = 1 + 0.05 * np.sin(self._raster + self._phase)
        seen = np.clip(shown * self._cast * moire[..., None], 0, 255)
        return np.asarray(seen, np.uint8)

    def lit(self, picture: Pixels, colour: Colour) -> Pixels:
        return self._light.fall(picture, colour)


class Loop:
    """A virtual camera that shows the same seconds again and again."""

    def __init__(self, pictures: Sequence[Pixels]) -> None:
        self._pictures = itertools.cycle(pictures)

    def next_picture(self) -> Pixels:
        return next(self._pictures)

    def lit(self, picture: Pixels, _colour: Colour) -> Pixels:
        return picture
