from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.media.assets import Media, make_media
from tests.worker.customer import Customer
from tests.worker.studio import Studio, studio


@pytest.fixture(scope="session")
def vp8() -> Media:
    return make_media("VP8", seconds=2)


@pytest.fixture
async def rooms(tmp_path: Path, vp8: Media) -> AsyncIterator[Studio]:
    """A server without a worker."""
    async with studio(tmp_path, vp8) as ours:
        yield ours


@pytest.fixture
async def customer(rooms: Studio) -> AsyncIterator[Customer]:
    """A worker runs; a customer has joined and agreed, and no phone sends yet."""
    await rooms.start_worker()
    found = await Customer.joined(rooms)
    yield found
    await found.close()
