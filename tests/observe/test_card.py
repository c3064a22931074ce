from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest

from demo.camera import Scene, frames
from demo.film import demo_person
from demo.id_card import Citizen, Held, before_camera, card_back, card_front
from media_worker.frames import EncodedFrame
from media_worker.models.registry import ModelRegistry
from media_worker.observe.asked import hint_of
from media_worker.observe.card import find_card
from media_worker.observe.pool import ObserverPool, ObserverSettings, WatchMode
from shuanglu.rules.identity import shipped_identity
from shuanglu.rules.measurement import Measurement
from shuanglu.timeline.events import CardSide
from tests.observe.encoding import Pixels, stream
from tests.observe.pool_sink import Sink, enrolled, show
from tests.observe.process_under_test import ProcessUnderTest
from tests.observe.waiting import until

OWN_FROM = shipped_identity().same_from
HELD = (Held(), Held(tilt_deg=-6), Held(width=0.6), Held(width=0.9, skew=0.05), Held(blur_px=1.0))


@pytest.fixture(scope="module")
def front() -> Pixels:
    return card_front(Citizen(), demo_person())


def shown(card: Pixels, held: Held, seed: int = 1) -> Pixels:
    noise = np.random.default_rng(seed).normal(0, 2, (480, 640, 1))
    return np.clip(before_camera(card, held) + noise, 0, 255).astype(np.uint8)


def hint(picture: Pixels) -> str | None:
    card = find_card(picture)
    metrics = card.metrics() if card else {}
    return hint_of(Measurement(at_ms=0, source="picture", metrics=metrics))


@pytest.mark.parametrize("held", HELD)
@pytest.mark.parametrize("side", list(CardSide))
def test_a_card_in_a_hand_is_found_where_it_is(front: Pixels, held: Held, side: CardSide) -> None:
    card = find_card(shown(front if side is CardSide.FRONT else card_back(Citizen()), held))
    assert card is not None
    height = held.width * 640 * 638 / 1012
    assert card.share == pytest.approx(held.width * 640 * height / (640 * 480), rel=0.12)
    assert hint_of(Measurement(0, "picture", card.metrics())) is None


def test_a_large_picture_is_measured_alike(front: Pixels) -> None:
    small = find_card(shown(front, Held()))
    large = find_card(cv2.resize(shown(front, Held()), (1280, 960)).astype(np.uint8))
    assert small is not None
    assert large is not None
    assert large.share == pytest.approx(small.share, rel=0.05)
    assert large.sharpness == pytest.approx(small.sharpness, rel=0.4)


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (Held(glare=True), "card_glare"),
        (Held(blur_px=3.0), "card_blurred"),
        (Held(width=0.32), "card_small"),
        (Held(skew=0.5), "card_skewed"),
    ],
)
def test_what_is_wrong_is_told(front: Pixels, held: Held, expected: str) -> None:
    assert hint(shown(front, held)) == expected


@pytest.mark.parametrize("scene", [Scene.FACE, Scene.EMPTY, Scene.BLACK])
def test_no_card_is_seen_where_there_is_none(scene: Scene) -> None:
    picture = next(iter(frames(scene)))
    assert hint(picture) == "card_missing"


def test_a_dark_picture_asks_for_light(observed: ProcessUnderTest, front: Pixels) -> None:
    dark = (shown(front, Held()) * 0.2).astype(np.uint8)
    (seen,) = observed.metrics([dark], look="card")
    assert hint_of(Measurement(0, "picture", seen)) == "card_dark"


def moving(front: Pixels) -> Iterator[Pixels]:
    """First without a card, then one that comes nearer and is held still."""
    face = next(iter(frames(Scene.FACE)))
    yield from [face] * 4
    for number in range(36):
        yield shown(front, Held(width=min(0.8, 0.6 + number / 90)), seed=number)


async def test_the_best_still_comes_with_its_portrait(
    registry: ModelRegistry, pictures: Callable[[Scene], list[Pixels]], front: Pixels
) -> None:
    pool = ObserverPool(ObserverSettings(), registry)
    await pool.start()
    sink = Sink()
    session = await sink.open(pool)
    session.mode = WatchMode.CARD
    assert session.card_hint == "card_missing"
    asking = asyncio.create_task(session.card_still(CardSide.FRONT, timeout_s=60))
    await asyncio.sleep(0)
    for frame in stream(moving(front), rate_hz=15):
        session.push(frame)
        await until(lambda: not session.is_waiting, "the frame was looked at")
    still = await asking
    assert still is not None
    assert still.portrait is not None
    picture = cv2.imdecode(np.frombuffer(still.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (480, 640, 3)
    assert session.card_hint is None
    faces = pictures(Scene.FACE)  # drawn before the clock of the question runs
    session.mode = WatchMode.WATCH
    await enrolled(session, sink, live(faces, start_ms=20_000.0))
    comparing = asyncio.create_task(
        session.compare(still.portrait, own_from=OWN_FROM, timeout_s=20)
    )
    await show(session, sink, live(faces, start_ms=40_000.0))
    likeness = await comparing
    assert likeness is not None
    assert likeness > 0.5
    await pool.stop()


def live(faces: list[Pixels], *, start_ms: float) -> list[EncodedFrame]:
    return list(stream(faces, layered=False, rate_hz=1, key_every=1, start_ms=start_ms))


async def test_without_a_card_there_is_no_still(registry: ModelRegistry) -> None:
    pool = ObserverPool(ObserverSettings(), registry)
    await pool.start()
    session = await Sink().open(pool)
    session.mode = WatchMode.CARD
    assert await session.card_still(CardSide.BACK, timeout_s=0.2) is None
    await pool.stop()
