"""The S3 server that the object contract runs against: one for the whole session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.backing.s3_server import make_bucket, running_s3, settings_for


@pytest.fixture(scope="session")
def s3_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_s3(tmp_path_factory.mktemp("s3")) as endpoint:
        make_bucket(settings_for(endpoint, "contract"))
        make_bucket(settings_for(endpoint, "locked"), locked=True)
        yield endpoint
