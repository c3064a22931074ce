"""The statements of an append, built once: building them anew costs more than running them."""

from __future__ import annotations

from dataclasses import fields

from sqlalchemy import Table, bindparam, select
from sqlmodel import SQLModel

import server.storage.tables  # noqa: F401 - fills the metadata
from server.timeline.head import FIXED_COLUMNS, SessionHead

_SESSIONS: Table = SQLModel.metadata.tables["sessions"]
_EVENTS: Table = SQLModel.metadata.tables["events"]
_HEAD_COLUMNS = tuple(item.name for item in fields(SessionHead))

HEAD = select(*(_SESSIONS.c[name] for name in _HEAD_COLUMNS)).where(
    _SESSIONS.c.session_id == bindparam("of_session")
)
LOCKED_HEAD = HEAD.with_for_update()
MOVE_HEAD = (
    _SESSIONS.update()
    .where(_SESSIONS.c.session_id == bindparam("of_session"))
    .values({name: bindparam(name) for name in _HEAD_COLUMNS if name not in FIXED_COLUMNS})
)
ADD_EVENTS = _EVENTS.insert()
