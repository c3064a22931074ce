from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from server.storage import migrate
from server.storage.engine import Database
from server.storage.tables import StaffRow
from shuanglu.errors import UnavailableError
from tests.backing_services import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.url(await server.create())
    database = Database(url)
    yield database
    await database.close()


async def _tables(database: Database) -> set[str]:
    async with database.engine.connect() as connection:
        return set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))


async def test_up_agrees_with_the_tables_and_down_leaves_nothing(empty: Database) -> None:
    await migrate.upgrade(empty)
    await migrate.check(empty)
    assert {"events", "sessions", "session_view", "records"} <= await _tables(empty)
    await migrate.downgrade(empty, "base")
    assert await _tables(empty) == {"alembic_version"}
    await migrate.upgrade(empty)
    await migrate.check(empty)


async def test_up_twice_changes_nothing(empty: Database) -> None:
    await migrate.upgrade(empty)
    await migrate.upgrade(empty)
    await migrate.check(empty)


async def test_moments_keep_their_zone_and_milliseconds(database_url: str) -> None:
    database = Database(database_url)
    at = datetime(2026, 11, 23, 16, 0, 0, 123999, tzinfo=timezone(timedelta(hours=8)))
    async with database.write() as unit:
        unit.session.add(
            StaffRow(staff_id="stf_1", username="somebody", password_hash="x", created_at=at)
        )
    async with database.read() as session:
        found = await session.get(StaffRow, "stf_1")
    assert found is not None
    assert found.created_at == datetime(2026, 11, 23, 8, 0, 0, 123000, tzinfo=UTC)
    assert found.created_at.tzinfo is UTC
    await database.close()


async def test_a_commit_on_sqlite_is_on_disk_when_it_returns(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'new.db'}")
    async with database.read() as session:
        pragmas = {
            name: await session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }
    await database.close()


async def test_nothing_of_a_failed_transaction_stays_and_nothing_is_announced(
    database_url: str,
) -> None:
    database = Database(database_url)
    told: list[str] = []

    async def tell() -> None:
        told.append("committed")

    row = StaffRow(
        staff_id="stf_1", username="somebody", password_hash="x", created_at=datetime.now(UTC)
    )

    async def fail() -> None:
        async with database.write() as unit:
            unit.session.add(row)
            await unit.session.flush()
            unit.after_commit(tell)
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    async with database.read() as session:
        assert await session.get(StaffRow, "stf_1") is None
    assert told == []
    await database.close()


async def test_a_database_that_is_away_is_unavailable(tmp_path: Path) -> None:
    for url in (
        f"postgresql+asyncpg://postgres@/x?host={tmp_path}",
        f"sqlite+aiosqlite:///{tmp_path}/none/none.db",
    ):
        database = Database(url)
        with pytest.raises(UnavailableError):
            await database.check()
        await database.close()
