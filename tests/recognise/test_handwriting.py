"""The real network reads real strokes: names of many people, and what is no name."""

from __future__ import annotations

import pytest

from demo.handwriting import Stroke, scribbled, written
from media_worker.models.registry import ModelRegistry
from media_worker.recognise.card import CardReader
from media_worker.recognise.handwriting import HEIGHT_PX, MOST_WIDTH_PX, drawn
from shuanglu.evidence.strokes import strokes_of
from shuanglu.rules.legibility import agreement
from shuanglu.wire.http import Signature

NAMES = ("王小明", "李秀英", "张伟", "欧阳修", "刘建国", "陈淑珍")


@pytest.fixture(scope="module")
def reader(registry: ModelRegistry) -> CardReader:
    return CardReader(
        registry.get("card_text_detection").path, registry.get("card_text_recognition").path
    )


def stored(strokes: list[Stroke]) -> bytes:
    """As the server stores what a page sent."""
    low_x, low_y = (min(p[axis] for s in strokes for p in s) for axis in (0, 1))
    points = [
        [
            {"x": x - low_x, "y": y - low_y, "t_ms": 10.0 * i, "pressure": 0.5}
            for i, (x, y) in enumerate(s)
        ]
        for s in strokes
    ]
    body = {"step_id": "sign", "attempt": 1, "width_px": 360, "height_px": 290, "strokes": points}
    return strokes_of("ses_1", Signature.model_validate(body)).canonical


@pytest.mark.parametrize("name", NAMES)
def test_a_careful_name_is_read(reader: CardReader, name: str) -> None:
    words = reader.read_strokes(stored(written(name, size_px=80, carelessness=0.3, seed=name)))
    assert words is not None
    assert agreement(words.text, name) >= 0.6
    assert words.confidence > 0.5


def test_scribbles_read_as_no_name(reader: CardReader) -> None:
    for kind in ("zigzag", "loops", "wave", "blob", "lines"):
        for seed in range(4):
            words = reader.read_strokes(stored(scribbled(kind, size_px=80, seed=seed)))
            assert words is not None
            assert max(agreement(words.text, name) for name in NAMES) < 0.6


def test_what_is_no_strokes_is_not_read(reader: CardReader) -> None:
    for junk in (b"", b"{}", b"\xff\xd8 a jpeg", b'{"strokes": []}'):
        assert reader.read_strokes(junk) is None


@pytest.mark.parametrize(
    "strokes",
    [
        [[(5.0, 5.0)]],
        [[(0.0, 0.0), (10_000.0, 0.0)]],
        [[(0.0, 0.0), (0.0, 10_000.0)]],
        [[(0.0, 0.0), (10_000.0, 1.0)], [(10_000.0, 10_000.0)]],
    ],
    ids=["a point", "as wide as it gets", "as high as it gets", "the whole pad"],
)
def test_no_ink_makes_a_picture_bomb(reader: CardReader, strokes: list[Stroke]) -> None:
    picture = drawn(stored(strokes))
    assert picture is not None
    assert picture.shape[0] == HEIGHT_PX
    assert picture.shape[1] <= MOST_WIDTH_PX + HEIGHT_PX
    assert reader.read_strokes(stored(strokes)) is not None
