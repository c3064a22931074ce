"""The database, and the unit of work: one request is one transaction, committed here.

Stage: under the repositories. SQLite runs in WAL mode with synchronous=FULL, so that a
commit is on disk when it returns; a write takes the lock at once (BEGIN IMMEDIATE).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from typing import Any

import structlog
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from shuanglu.errors import ShuangluError, UnavailableError

BUSY_TIMEOUT_MS = 5000
"""How long a statement waits for a lock that another process holds."""
POOL_CONNECTIONS = 8
_IS_WRITE = "shuanglu_write"

_log = structlog.get_logger(__name__)

AfterCommit = Callable[[], Awaitable[None]]


class UnitOfWork:
    """One transaction. ``after_commit`` runs only if, and after, it was committed."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self._after: list[AfterCommit] = []

    def after_commit(self, act: AfterCommit) -> None:
        """Do this once the transaction is durable, in the order of the calls."""
        self._after.append(act)

    async def _committed(self) -> None:
        for act in self._after:
            try:
                await act()
            except ShuangluError as error:  # what is committed is not called back by this
                _log.warning("not_told_after_commit", code=error.code)


class Database:
    """Connections to one database, SQLite or PostgreSQL, by its URL."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self._writer = self._engine.execution_options(**{_IS_WRITE: True})
        self.is_sqlite = self._engine.dialect.name == "sqlite"
        # One writer at a time is SQLite's rule; queueing here is fair, its busy loop is not.
        self._turn = asyncio.Lock() if self.is_sqlite else None

    @property
    def engine(self) -> AsyncEngine:
        """For migrations only."""
        return self._writer

    @asynccontextmanager
    async def write(self) -> AsyncIterator[UnitOfWork]:
        """A transaction that may write; commits at the end, rolls back on any error."""
        new_session = AsyncSession(self._writer, expire_on_commit=False)
        async with self._turn or nullcontext(), _told(), new_session as session:
            unit = UnitOfWork(session)
            yield unit
            await session.commit()
        await unit._committed()  # noqa: SLF001 - the pair of classes is one mechanism

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A transaction that only reads: one consistent picture."""
        async with _told(), AsyncSession(self._engine, expire_on_commit=False) as session:
            yield session

    async def check(self) -> None:
        """Really ask the database something; ``UnavailableError`` if it does not answer."""
        async with self.read() as session:
            await session.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Give all connections back."""
        await self._engine.dispose()


@asynccontextmanager
async def _told() -> AsyncIterator[None]:
    """A database that is away or locked is "unavailable", to be tried again."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeoutError, OSError) as error:
        raise UnavailableError("the database does not answer") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise UnavailableError("the database does not answer") from error
        raise


def _engine(url: str) -> AsyncEngine:
    if url.startswith("sqlite"):
        return _sqlite(url)
    settings = {"lock_timeout": str(BUSY_TIMEOUT_MS), "application_name": "shuanglu"}
    return create_async_engine(
        url,
        pool_size=POOL_CONNECTIONS,
        pool_pre_ping=True,
        connect_args={"server_settings": settings, "timeout": 5},
    )


def _sqlite(url: str) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=POOL_CONNECTIONS)
    event.listen(engine.sync_engine, "connect", _configure_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - DBAPI
    connection.isolation_level = None  # we begin transactions ourselves, see below
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    is_write = connection.get_execution_options().get(_IS_WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")
