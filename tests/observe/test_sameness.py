from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from media_worker.observe.decoding import Grid
from media_worker.observe.sameness import Frozenness, Loops

STEP_MS = 133.0
HEIGHT, WIDTH = 24, 32


def living(seed: int, noise: float = 0.5, wander: float = 1.0) -> Iterator[tuple[float, Grid]]:
    """A bright blob that wanders as nobody plans it, with what encoding leaves of noise."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    place, speed = np.array([16.0, 12.0]), np.zeros(2)
    for number in range(10_000):
        speed = 0.9 * speed + random.normal(0, 0.08 * wander, 2) - 0.01 * (place - (16, 12))
        place = place + speed
        blob = 90 * np.exp(-((x - place[0]) ** 2 + (y - place[1]) ** 2) / 40)
        grain = random.normal(0, noise, (HEIGHT, WIDTH))
        yield number * STEP_MS, (100 + blob + grain).astype(np.float32)


def seen(loops: Loops, shown: list[Grid], *, holes: bool = False) -> list[tuple[float, float]]:
    out = []
    for number, grid in enumerate(shown):
        at_ms = number * STEP_MS
        if holes and at_ms % 2000 > 1450:
            continue
        loops.see(grid, at_ms)
        looped_ms = loops.looped_ms()
        if looped_ms is not None:
            out.append((at_ms, looped_ms))
    return out


def take(seed: int, count: int, wander: float = 1.0) -> list[Grid]:
    moving = living(seed, wander=wander)
    return [next(moving)[1] for _ in range(count)]


@pytest.mark.parametrize("holes", [False, True])
@pytest.mark.parametrize("length", [23, 45, 73])
def test_a_loop_is_seen_in_its_second_round(length: int, *, holes: bool) -> None:
    recorded, grain = take(4, length), np.random.default_rng(9)
    shown = [grid + grain.normal(0, 0.5, grid.shape).astype(np.float32) for grid in recorded * 4]
    found = [at_ms for at_ms, looped_ms in seen(Loops(), shown, holes=holes) if looped_ms > 0]
    assert length * STEP_MS < found[0] < (2 * length + 25) * STEP_MS
    assert max(looped_ms for _, looped_ms in seen(Loops(), shown, holes=holes)) > 3000


@pytest.mark.parametrize("seed", range(5))
def test_who_moves_as_nobody_plans_it_is_no_loop(seed: int) -> None:
    assert {looped_ms for _, looped_ms in seen(Loops(), take(seed, 240))} == {0}


def test_who_sits_still_is_no_loop() -> None:
    still = [next(living(seed))[1] for seed in range(200)]
    assert {looped_ms for _, looped_ms in seen(Loops(), still)} == {0}


def test_who_nods_in_time_is_no_loop() -> None:
    """Three seconds of nodding, as while saying yes, on top of what a head does anyway."""
    shown = take(3, 200)
    for number in range(100, 123):
        shown[number] = np.roll(shown[number], round(2 * math.sin(number * 0.6)), axis=0)
    assert max(looped_ms for _, looped_ms in seen(Loops(), shown)) < 2500


def test_a_loop_that_ends_is_told() -> None:
    shown = take(4, 30) * 4 + take(5, 60)
    assert seen(Loops(), shown)[-1][1] == 0


def test_time_that_goes_back_begins_anew() -> None:
    loops = Loops()
    seen(loops, take(4, 60))
    loops.see(take(4, 1)[0], 0.0)
    assert loops.looped_ms() is None


def test_a_cut_is_a_change_of_most_of_the_picture() -> None:
    frozenness = Frozenness()
    first, second = take(1, 1)[0], take(2, 40)[-1]
    assert frozenness.change(first) is None
    change = frozenness.change(second)
    assert change is not None
    assert not frozenness.is_cut
    frozenness.change(second[::-1] * 0.5)
    assert frozenness.is_cut


def away(shown: list[Grid], *, first: int, last: int) -> list[Grid]:
    """The same, but for a while another view is in the picture: a room, a hand, nothing."""
    random = np.random.default_rng(8)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    room = (60 + 2.5 * x + 25 * (y > 14)).astype(np.float32)
    grains = (random.normal(0, 0.5, room.shape).astype(np.float32) for _ in shown)
    return [
        room + grain if first <= number <= last else grid
        for number, (grid, grain) in enumerate(zip(shown, grains, strict=True))
    ]


@pytest.mark.parametrize("last", [163, 164, 165])
@pytest.mark.parametrize("seed", range(5))
def test_who_sits_still_and_comes_back_is_no_loop(seed: int, last: int) -> None:
    """What jumps at a cut is no motion that a difference could be small beside."""
    shown = away(take(seed, 240, wander=0.5), first=120, last=last)
    assert {looped_ms for _, looped_ms in seen(Loops(), shown)} == {0}


@pytest.mark.parametrize("length", [23, 45])
def test_a_loop_with_a_cut_in_each_round_is_still_seen(length: int) -> None:
    shown = away(take(4, length), first=length - 2, last=length) * 5
    assert max(looped_ms for _, looped_ms in seen(Loops(), shown)) > 3000
