"""Strokes as a hand makes them: the middle lines of a font's signs, made careless at random.

Stage: outside everything, for demonstrations, tests and the evaluation. No real person's
handwriting is in it; ``carelessness`` 0 is a schoolbook, 1 a fluent adult, 1.5 a hasty one
who joins strokes.
"""

from __future__ import annotations

import json
import math
import random
from importlib import resources
from itertools import pairwise
from typing import Literal

Point = tuple[float, float]
Stroke = list[Point]
Scribble = Literal["zigzag", "loops", "wave", "blob", "lines"]

SIGNS: dict[str, list[list[list[int]]]] = json.loads(
    resources.files(__package__ or __name__).joinpath("medians.json").read_text("utf-8")
)
"""Medians by sign; what is not in it cannot be written."""

_GRID, _TOP = 1024, 900
_POINTS_A_SIDE = 30
_JOINS_ABOVE = 0.5
"""A more careless hand than this begins to join strokes."""


def can_write(text: str) -> bool:
    """Whether every sign is known."""
    return all(sign in SIGNS for sign in text)


def written(
    text: str, *, size_px: float, carelessness: float = 0.3, seed: int | str = 0
) -> list[Stroke]:
    """The strokes of a name from left to right, from (0, 0) on."""
    drawn = random.Random(seed)  # noqa: S311 - a hand, no secret
    strokes: list[Stroke] = []
    left = 0.0
    for sign in text:
        width, height = (size_px * (1 + drawn.uniform(-0.12, 0.12)) for _ in range(2))
        slant = drawn.uniform(-0.12, 0.25) * carelessness
        down = drawn.uniform(-0.12, 0.12) * carelessness * size_px
        for median in SIGNS[sign]:
            line = _careless(_plain(median), carelessness, drawn)
            placed = [(left + (x + slant * (0.5 - y)) * width, down + y * height) for x, y in line]
            joins = strokes and drawn.random() < max(0.0, carelessness - _JOINS_ABOVE)
            if joins:
                strokes[-1].extend(placed)
            else:
                strokes.append(placed)
        left += size_px * (1.02 + drawn.uniform(-0.1, 0.15))
    return strokes


def scribbled(kind: Scribble, *, size_px: float, seed: int | str = 0) -> list[Stroke]:
    """What people do who do not want to write their name."""
    drawn = random.Random(seed)  # noqa: S311 - as above
    count = 1 if kind == "blob" else drawn.randint(2, 6)
    return [
        [(x * size_px, y * size_px) for x, y in _scribble(kind, number, drawn)]
        for number in range(count)
    ]


def _plain(median: list[list[int]]) -> Stroke:
    """In a square of 1, y downwards, with points as close as a pad gives them."""
    corners = [(x / _GRID, (_TOP - y) / _GRID) for x, y in median]
    line: Stroke = []
    for (x, y), (to_x, to_y) in pairwise(corners):
        steps = max(2, int(math.dist((x, y), (to_x, to_y)) * _POINTS_A_SIDE))
        line += [(x + (to_x - x) * i / steps, y + (to_y - y) * i / steps) for i in range(steps)]
    return [*line, corners[-1]]


def _careless(line: Stroke, carelessness: float, drawn: random.Random) -> Stroke:
    """Shifted, of another size, trembling, and with rounded corners."""
    shift_x, shift_y = (drawn.gauss(0, 0.03) * carelessness for _ in range(2))
    grown = 1 + drawn.gauss(0, 0.08) * carelessness
    middle_x = sum(x for x, _ in line) / len(line)
    middle_y = sum(y for _, y in line) / len(line)
    phase = [drawn.uniform(0, math.tau) for _ in range(4)]
    moved = [
        (
            middle_x + (x - middle_x) * grown + shift_x + _tremble(i, phase[0:2]) * carelessness,
            middle_y + (y - middle_y) * grown + shift_y + _tremble(i, phase[2:4]) * carelessness,
        )
        for i, (x, y) in enumerate(line)
    ]
    return _rounded(moved, reach=int(1 + 4 * carelessness))


def _tremble(place: int, phase: list[float]) -> float:
    return 0.012 * math.sin(place * 0.5 + phase[0]) + 0.02 * math.sin(place * 0.17 + phase[1])


def _rounded(line: Stroke, *, reach: int) -> Stroke:
    if len(line) <= 2 * reach + 1:
        return line
    inner = [
        _mean(line[max(0, place - reach) : place + reach + 1]) for place in range(1, len(line) - 1)
    ]
    return [line[0], *inner, line[-1]]


def _mean(points: Stroke) -> Point:
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def _scribble(kind: Scribble, number: int, drawn: random.Random) -> Stroke:
    match kind:
        case "zigzag":
            left, top, wide = drawn.uniform(0, 0.6), drawn.uniform(0, 0.8), drawn.uniform(1, 2)
            step = drawn.uniform(0.01, 0.05)
            turns = range(drawn.randint(8, 25))
            return [(left + (i % 2) * wide + i * 0.03, top + i * step) for i in turns]
        case "loops":
            radius, speed = drawn.uniform(0.15, 0.4), drawn.uniform(0.006, 0.027)
            return [
                (
                    i * speed + radius * math.cos(i * 0.4),
                    0.5 + radius * math.sin(i * 0.4) + number * 0.04,
                )
                for i in range(120)
            ]
        case "wave":
            return [(i * 0.03, 0.2 * math.sin(i * 0.5 + number) + number * 0.25) for i in range(80)]
        case "blob":
            line = [(0.5, 0.5)]
            for _ in range(300):
                x, y = (min(1, max(0, side + drawn.gauss(0, 0.09))) for side in line[-1])
                line.append((x, y))
            return line
        case "lines":
            return [(drawn.uniform(0, 2.5), drawn.uniform(0, 0.9)) for _ in range(4)]
