"""The place in a list where the next page begins: opaque to callers, strict when it returns."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime, timedelta

from shuanglu.errors import InvalidInputError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def cursor_of(created_at: datetime, session_id: str) -> str:
    """Names the last row of a page."""
    ms = (created_at - _EPOCH) // timedelta(milliseconds=1)
    return base64.urlsafe_b64encode(f"{ms}.{session_id}".encode()).decode().rstrip("=")


def parse_cursor(cursor: str) -> tuple[datetime, str]:
    """What :func:`cursor_of` named; raises ``InvalidInputError``."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        ms, _, session_id = raw.partition(".")
        return _EPOCH + timedelta(milliseconds=int(ms)), session_id
    except (ValueError, OverflowError, binascii.Error) as error:
        raise InvalidInputError("not a cursor of ours", field="cursor") from error
