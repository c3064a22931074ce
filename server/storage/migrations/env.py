"""Alembic's entry: runs on the connection that ``server.storage.migrate`` hands over."""

from __future__ import annotations

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import AutoString, SQLModel

import server.storage.tables  # noqa: F401 - fills the metadata
from server.storage.types import UtcMilliseconds


def render_plainly(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Migrations name the database's own types: they must not change when our code does."""
    if kind == "type" and isinstance(item, UtcMilliseconds):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render_plainly,
)
with context.begin_transaction():
    context.run_migrations()
