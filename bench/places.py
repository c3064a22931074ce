"""Who says what when, where a sale that was overheard is said again for many sessions at once.

Stage: after a sale. Pure. Every session is at another place of the sale, evenly over all of it,
goes on to its end and begins again, until it is where it began.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.overheard import LENGTHS, Conversation, Said


@dataclass(frozen=True, slots=True)
class Due:
    """One message of one session."""

    at_s: float
    """From the beginning."""
    session: int
    said: Said

    @property
    def is_answered(self) -> bool:
        """Whether the process says something back."""
        return self.said.kind in {"picture", "sound", "request"}

    def message(self) -> bytes:
        """As the process reads it: the session is this one, all else is as it was said."""
        header = json.loads(self.said.header)
        if "session" in header:
            header["session"] = self.session
        text, body = json.dumps(header).encode(), self.said.body
        return LENGTHS.pack(len(text), len(body)) + text + body


def last_session(observer: Conversation) -> list[Said]:
    """What an observer process was told from where its last session was opened."""
    opened = [n for n, said in enumerate(observer.said) if said.kind == "open"]
    return observer.said[opened[-1] :]


def within(heard: Conversation, sale: list[Said]) -> list[tuple[float, Said]]:
    """What was said while the sale lasted, with seconds from its beginning."""
    began_s, ended_s = sale[0].at_s, sale[-1].at_s
    return [(each.at_s - began_s, each) for each in heard.said if began_s <= each.at_s <= ended_s]


def place_in(sale: list[Said], *, share: float) -> float:
    """Where a session begins, in seconds of the sale: with a picture that needs none before it."""
    if not share:
        return 0.0
    began_s = sale[0].at_s
    wanted_s = share * (sale[-1].at_s - began_s)
    keys_s = (each.at_s - began_s for each in sale if json.loads(each.header).get("is_key"))
    return next(at_s for at_s in keys_s if at_s >= wanted_s)


def schedule(
    heard: Sequence[tuple[float, Said]], places_s: Sequence[float], length_s: float
) -> list[Due]:
    """Of all sessions: each from its place to the end, and from the beginning to its place."""
    whole = [
        due
        for number, place_s in enumerate(places_s)
        for due in _from_place(heard, number, place_s, length_s)
    ]
    opened = [
        Due(0.0, number, said)
        for number, place_s in enumerate(places_s)
        for said in _known_by(heard, place_s)
    ]
    return opened + sorted(whole, key=lambda due: due.at_s)


def _from_place(
    heard: Sequence[tuple[float, Said]], number: int, place_s: float, length_s: float
) -> Iterator[Due]:
    yield from (Due(at_s - place_s, number, said) for at_s, said in heard if at_s >= place_s)
    again_s = length_s - place_s
    yield from (Due(at_s + again_s, number, said) for at_s, said in heard if at_s < place_s)


def _known_by(heard: Sequence[tuple[float, Said]], place_s: float) -> list[Said]:
    """What a process must have been told of a session before that place: it is open, its face."""
    before = [said for at_s, said in heard if at_s < place_s]
    opened = [said for said in before if said.kind == "open"]
    faces = [said for said in before if said.kind == "reference"]
    return opened[-1:] + faces[-1:]
