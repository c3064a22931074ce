"""The place in the list of alerts where the next page begins: opaque, strict when it returns."""

from __future__ import annotations

import base64
import binascii

from server.alerts.repository import ListPlace
from shuanglu.errors import InvalidInputError

_BOOL = {"0": False, "1": True}


def cursor_of(place: ListPlace) -> str:
    """Names the last row of a page."""
    parts = (str(int(place.is_acknowledged)), str(place.rank), str(place.place), place.case_id)
    return base64.urlsafe_b64encode("|".join(parts).encode()).decode().rstrip("=")


def parse_cursor(cursor: str) -> ListPlace:
    """What :func:`cursor_of` named; raises ``InvalidInputError``."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        acknowledged, rank, place, case_id = raw.split("|", 3)
        found = ListPlace(_BOOL[acknowledged], int(rank), int(place), case_id)
    except (KeyError, ValueError, binascii.Error) as error:
        raise InvalidInputError("not a cursor of ours", field="cursor") from error
    if not (0 <= found.rank <= 1 and abs(found.place) < 1 << 62):
        raise InvalidInputError("not a cursor of ours", field="cursor")
    return found
