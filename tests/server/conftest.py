from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import DummyCookieJar
from aiohttp.test_utils import TestClient, TestServer

from server.auth.models import StaffMember
from server.auth.passwords import Passwords
from server.auth.repository import StaffRepository
from server.scripts.library import publish_scripts
from server.storage import migrate
from server.storage.engine import Database
from shuanglu.clock import ManualClock, SystemClock
from tests.backing_services import Postgres, running_postgres
from tests.server.stage import FIRST, FIRST_STAFF_ID, Stage, StageParts, demo_script, stage_app

TEMPLATE = "template_migrated"
DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def first_password_hash() -> str:
    """Hashed once: it is slow on purpose."""
    return asyncio.run(Passwords().hash(FIRST.password))


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Postgres, first_password_hash: str) -> Postgres:
    asyncio.run(postgres.create(TEMPLATE))
    asyncio.run(_prepare(postgres.url(TEMPLATE), first_password_hash))
    return postgres


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory, first_password_hash: str) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    asyncio.run(_prepare(f"sqlite+aiosqlite:///{path}", first_password_hash))
    return path


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database; every test that uses it runs once per kind."""
    if request.param == "sqlite":
        path = tmp_path / "server.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        yield f"sqlite+aiosqlite:///{path}"
        return
    server: Postgres = request.getfixturevalue("migrated_postgres")
    name = asyncio.run(server.create(template=TEMPLATE))
    yield server.url(name)
    asyncio.run(server.drop(name))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 23, 8, 0, 0, 123456, tzinfo=UTC))


@pytest.fixture
async def stage(database_url: str, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Stage]:
    """The whole server with real parts, its script published, its first login made."""
    parts = StageParts.build(database_url, tmp_path, clock)
    server = TestServer(stage_app(parts), host="127.0.0.1")
    async with TestClient(server, cookie_jar=DummyCookieJar()) as client:
        yield Stage(parts, server, client)


async def _prepare(url: str, password_hash: str) -> None:
    database = Database(url)
    await migrate.upgrade(database)
    # Before any moment that a test's clock shows: a version is in force from when it is published.
    earlier = ManualClock(datetime(2026, 11, 1, tzinfo=UTC))
    await publish_scripts(database, [demo_script()], earlier)
    async with database.write() as unit:
        member = StaffMember(FIRST_STAFF_ID, FIRST.username, password_hash)
        await StaffRepository(unit.session).add(member, at=SystemClock().now())
    await database.close()
