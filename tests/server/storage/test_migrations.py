from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlmodel import select

from server.scripts.repository import ScriptRepository
from server.storage import migrate
from server.storage.engine import Database
from server.storage.tables import ScriptRow, StaffRow
from server.timeline.repository import TimelineRepository
from shuanglu.errors import UnavailableError
from shuanglu.timeline.chain import GENESIS_HASH, link
from shuanglu.timeline.events import Actor, CustomerConnected, EventDraft
from tests.backing_services import Postgres
from tests.server.stage import FIRST_STAFF_ID


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


async def test_data_go_down_and_up_again_unharmed(database_url: str) -> None:
    database = Database(database_url)
    at = datetime(2026, 11, 23, 8, tzinfo=UTC)
    async with database.write() as unit:
        rows = TimelineRepository(unit.session)
        await rows.create(
            "ses_1", script_id="x", script_version=1, created_by=FIRST_STAFF_ID, at=at
        )
        payload = CustomerConnected(connection_id="con_1")
        event = link(
            EventDraft(actor=Actor.SYSTEM, payload=payload),
            session_id="ses_1",
            seq=1,
            prev_hash=GENESIS_HASH,
            recorded_at=at,
        )
        await rows.add([event])
        head = replace(await rows.head("ses_1", lock=True), head_seq=1, head_recorded_at=at)
        await rows.set_head(head)
    await migrate.downgrade(database, "0001")
    await migrate.upgrade(database)
    async with database.read() as session:
        rows = TimelineRepository(session)
        assert await rows.head("ses_1") == head
        assert await rows.read("ses_1") == (event,)
    await database.close()


async def test_versions_from_before_are_in_force_since_they_were_published(
    database_url: str,
) -> None:
    database = Database(database_url)
    await migrate.downgrade(database, "0004")
    await migrate.upgrade(database)
    async with database.read() as session:
        row = (await session.scalars(select(ScriptRow))).one()
        assert row.in_force_from == row.published_at
        (script,) = await ScriptRepository(session).in_force(row.published_at)
        assert script.sha256 == row.sha256
        before = row.published_at - timedelta(milliseconds=1)
        assert await ScriptRepository(session).in_force(before) == ()
    await database.close()


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
    async with asyncio.timeout(5):
        # aiosqlite lets the thread of a failed connection end by itself, on this loop.
        while any("_connection_worker_thread" in t.name for t in threading.enumerate()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
