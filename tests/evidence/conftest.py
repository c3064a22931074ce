from __future__ import annotations

import pytest

from tests.evidence.packing import Sealed
from tests.evidence.performance import Performance


@pytest.fixture(scope="session")
def performed() -> Performance:
    """Treat as frozen: it is shared by every test."""
    return Performance().whole()


@pytest.fixture
def sealed(performed: Performance) -> Sealed:
    return Sealed.of(performed)
