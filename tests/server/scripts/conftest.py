from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.server.scripts.desk import ScriptDesk
from tests.server.stage import Stage


@pytest.fixture
async def desk(stage: Stage) -> AsyncIterator[ScriptDesk]:
    opened = await ScriptDesk.open(stage)
    yield opened
    await opened.served.close()
