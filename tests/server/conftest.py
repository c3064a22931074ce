from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import DummyCookieJar
from aiohttp.test_utils import TestClient, TestServer

from server.storage import migrate
from server.storage.engine import Database
from shuanglu.clock import ManualClock
from tests.backing_services import Postgres, running_postgres
from tests.server.stage import Stage, StageParts, stage_app

TEMPLATE = "template_migrated"
DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Postgres) -> Postgres:
    asyncio.run(postgres.create(TEMPLATE))
    asyncio.run(_migrate(postgres.url(TEMPLATE)))
    return postgres


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    asyncio.run(_migrate(f"sqlite+aiosqlite:///{path}"))
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
    """The whole server with real parts, its scripts published, its first login made."""
    parts = StageParts.build(database_url, tmp_path, clock)
    server = TestServer(stage_app(parts), host="127.0.0.1")
    async with TestClient(server, cookie_jar=DummyCookieJar()) as client:
        stage = Stage(parts, server, client)
        await stage.prepare()
        yield stage


async def _migrate(url: str) -> None:
    database = Database(url)
    await migrate.upgrade(database)
    await database.close()
