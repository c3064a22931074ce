"""A bus for each test, and one S3 server for the whole session."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from backing.bus import InProcessBus
from tests.backing.s3_server import make_bucket, running_s3, settings_for


@pytest.fixture(scope="session")
def s3_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_s3(tmp_path_factory.mktemp("s3")) as endpoint:
        make_bucket(settings_for(endpoint, "contract"))
        make_bucket(settings_for(endpoint, "locked"), locked=True)
        yield endpoint


@pytest.fixture
async def bus() -> AsyncIterator[InProcessBus]:
    bus = InProcessBus()
    yield bus
    await bus.close()
