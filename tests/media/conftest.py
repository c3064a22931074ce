"""Media that the media worker's tests share; encoded once a run."""

from __future__ import annotations

import pytest

from tests.media.assets import Media, make_media


@pytest.fixture(scope="session")
def vp8() -> Media:
    return make_media("VP8")


@pytest.fixture(scope="session")
def h264() -> Media:
    return make_media("H264")
