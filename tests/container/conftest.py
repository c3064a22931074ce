"""Stretches of real media; encoded once a run."""

from __future__ import annotations

import pytest

from tests.container.stretches import Stretch, make_stretch
from tests.media.assets import make_media


@pytest.fixture(scope="session")
def vp8_stretch() -> Stretch:
    return make_stretch(make_media("VP8"), start_ms=61_234)


@pytest.fixture(scope="session")
def h264_stretch() -> Stretch:
    return make_stretch(make_media("H264"), start_ms=0)
