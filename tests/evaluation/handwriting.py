"""How the shipped recogniser and policy judge synthetic signatures: shares of each outcome.

``python -m tests.evaluation.handwriting`` prints the table of ``docs/evaluation.md``. The names
are drawn at random; the hand is :mod:`demo.handwriting`, which is nobody's.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import get_args

from demo.handwriting import Stroke, scribbled, written
from demo.handwriting.pen import Scribble
from media_worker.models.registry import ModelRegistry, ModelSettings
from media_worker.recognise.card import CardReader
from shuanglu.evidence.strokes import strokes_of
from shuanglu.rules.legibility import Reading, form_of, judged, shipped_legibility
from shuanglu.timeline.events import Legibility
from shuanglu.wire.http import Signature

TRIES = 300
SEED = 20261126
PAD = (360.0, 290.0)
SIZE_PX = 80.0
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蔡蒋余于杜叶程苏魏吕丁任卢"
    "姚钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛阎段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常欧"
)
GIVEN = (
    "伟芳娜敏静秀英丽强磊军洋勇艳杰娟涛明超霞平刚桂兰建华国文志红玉春梅海燕雪琴晓辉鹏飞宇浩轩子涵欣怡梓萱"
    "思雨婷佳琪俊博嘉诚天佑美玲淑珍凤云福贵荣德胜永康宝根大山小"
)
Draw = Callable[[random.Random], tuple[str, list[Stroke]]]
"""The name that should be there, and what was drawn."""


def cases() -> Iterator[tuple[str, Draw]]:
    """What is judged, by name."""
    for carelessness, hand in ((0.0, "schoolbook"), (0.5, "neat"), (1.0, "fluent"), (1.5, "hasty")):
        yield f"own name, {hand} hand", _own(carelessness)
    yield "another name, neat hand", lambda drawn: (_name(drawn), _write(_name(drawn), 0.5, drawn))
    yield "same surname, another given name", _same_surname
    for kind in get_args(Scribble):
        yield f"scribble: {kind}", _scribble(kind)


def main() -> None:
    """Print the table."""
    registry = ModelRegistry(ModelSettings())
    reader = CardReader(
        registry.get("card_text_detection").path, registry.get("card_text_recognition").path
    )
    out = [f"| drawn {TRIES} times each | " + " | ".join(Legibility) + " |"]
    out.append("|---" * (len(Legibility) + 1) + "|")
    for what, draw in cases():
        drawn = random.Random(f"{SEED} {what}")  # noqa: S311 - an evaluation, no secret
        counts = Counter(_outcome(reader, *draw(drawn)) for _ in range(TRIES))
        shares = (f"{counts[outcome] / TRIES:.1%}" for outcome in Legibility)
        out.append(f"| {what} | " + " | ".join(shares) + " |")
    sys.stdout.write("\n".join(out) + "\n")


def _outcome(reader: CardReader, name: str, strokes: list[Stroke]) -> Legibility:
    words = reader.read_strokes(_stored(strokes))
    reading = None if words is None else Reading(words.text, words.confidence)
    return judged(form_of(strokes, pad_px=PAD), reading, name, shipped_legibility()).outcome


def _stored(strokes: list[Stroke]) -> bytes:
    left, top = (min(point[axis] for stroke in strokes for point in stroke) for axis in (0, 1))
    points = [
        [{"x": x - left, "y": y - top, "t_ms": 10.0 * i, "pressure": 0.5} for i, (x, y) in line]
        for line in ([*enumerate(stroke)] for stroke in strokes)
    ]
    body = {
        "step_id": "sign",
        "attempt": 1,
        "width_px": PAD[0],
        "height_px": PAD[1],
        "strokes": points,
    }
    return strokes_of("ses_evaluation", Signature.model_validate(body)).canonical


def _own(carelessness: float) -> Draw:
    def draw(drawn: random.Random) -> tuple[str, list[Stroke]]:
        name = _name(drawn)
        return name, _write(name, carelessness, drawn)

    return draw


def _same_surname(drawn: random.Random) -> tuple[str, list[Stroke]]:
    name = _name(drawn)
    return name, _write(name[0] + _name(drawn)[1:], 0.5, drawn)


def _scribble(kind: Scribble) -> Draw:
    return lambda drawn: (_name(drawn), scribbled(kind, size_px=SIZE_PX, seed=drawn.random()))


def _write(name: str, carelessness: float, drawn: random.Random) -> list[Stroke]:
    return written(name, size_px=SIZE_PX, carelessness=carelessness, seed=drawn.random())


def _name(drawn: random.Random) -> str:
    """Two signs, or twice as often three, as names in China are."""
    given = (drawn.choice(GIVEN) for _ in range(drawn.choice((1, 2, 2))))
    return drawn.choice(SURNAMES) + "".join(given)


if __name__ == "__main__":
    main()
