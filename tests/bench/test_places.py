"""Each session says the whole sale once, from its place on, to a process that knows it."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from bench.overheard import LENGTHS, Conversation, Said
from bench.places import Due, last_session, place_in, schedule, within

BEGAN_S = 100.0


def said(at_s: float, **header: Any) -> Said:
    return Said(BEGAN_S + at_s, json.dumps(header).encode(), b"body")


def picture(at_s: float, *, is_key: bool = False) -> Said:
    return said(at_s, type="picture", session=7, is_key=is_key)


OPENED = said(0, type="open", session=7)
FACE = said(3, type="reference", session=7)
CLOSED = said(10, type="close", session=7)
SALE = [
    OPENED,
    picture(1, is_key=True),
    picture(2),
    FACE,
    picture(4),
    picture(6, is_key=True),
    picture(8),
    CLOSED,
]
SPOKEN = Said(BEGAN_S + 5, b'{"number": 3, "kind": "sound"}', b"pcm")


def of(found: list[Due], session: int) -> list[tuple[float, Said]]:
    return [(due.at_s, due.said) for due in found if due.session == session]


def test_the_last_of_several_sessions_is_meant() -> None:
    earlier = [said(-9, type="open", session=6), said(-8, type="close", session=6)]
    assert last_session(Conversation([], earlier + SALE)) == SALE


def test_another_process_is_heard_while_the_sale_lasts() -> None:
    before, after = Said(BEGAN_S - 1, b"{}", b""), Said(BEGAN_S + 11, b"{}", b"")
    assert within(Conversation([], [before, SPOKEN, after]), SALE) == [(5.0, SPOKEN)]


@pytest.mark.parametrize(("share", "place_s"), [(0.0, 0.0), (0.1, 1.0), (0.5, 6.0)])
def test_a_place_is_the_beginning_or_a_key_frame(share: float, place_s: float) -> None:
    assert place_in(SALE, share=share) == place_s


def test_a_session_goes_on_to_the_end_and_begins_again() -> None:
    found = schedule(within(Conversation([], SALE), SALE), [0.0, 6.0], 10.0)
    assert of(found, 0) == within(Conversation([], SALE), SALE)
    assert of(found, 1) == [
        (0.0, OPENED),
        (0.0, FACE),
        (0.0, SALE[5]),
        (2.0, SALE[6]),
        (4.0, CLOSED),
        (4.0, OPENED),
        (5.0, SALE[1]),
        (6.0, SALE[2]),
        (7.0, FACE),
        (8.0, SALE[4]),
    ]


def test_every_session_says_everything_once_and_in_order() -> None:
    heard = within(Conversation([], SALE), SALE)
    found = schedule(heard, [0.0, 1.0, 6.0], 10.0)
    assert all(early.at_s <= late.at_s for early, late in pairwise(found))
    asked = Counter((due.session, due.said.at_s) for due in found if due.is_answered)
    assert set(asked.values()) == {1}
    assert len(asked) == 3 * 5


def test_a_message_names_its_own_session_and_is_else_as_it_was_said() -> None:
    message = Due(0.0, 2, SALE[1]).message()
    header, body = LENGTHS.unpack_from(message)
    assert json.loads(message[LENGTHS.size :][:header]) == {
        "type": "picture",
        "session": 2,
        "is_key": True,
    }
    assert message[LENGTHS.size + header :] == b"body"
    assert body == len(b"body")
    other = Due(0.0, 2, SPOKEN).message()
    assert json.loads(other[LENGTHS.size :][: LENGTHS.unpack_from(other)[0]])["number"] == 3
