"""What only S3 must hold: Object Lock, checksums, and errors that say whether to retry."""

from __future__ import annotations

import secrets
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from backing.objects.s3 import S3ObjectStore
from backing.objects.s3_access import S3Settings, new_client, write_options
from shuanglu.clock import SystemClock
from shuanglu.errors import ConflictError, UnavailableError
from tests.backing.s3_server import settings_for

WEBM = "video/webm"


@pytest.fixture
def locked(s3_endpoint: str) -> S3Settings:
    return settings_for(s3_endpoint, "locked").model_copy(update={"lock_days": 1})


@pytest.fixture
async def store(locked: S3Settings) -> AsyncIterator[S3ObjectStore]:
    s3 = S3ObjectStore(locked, clock=SystemClock())
    yield s3
    await s3.close()


@pytest.mark.parametrize("size", [10, (5 << 20) + 1])
async def test_a_locked_object_cannot_be_deleted_or_shortened(
    store: S3ObjectStore, locked: S3Settings, size: int
) -> None:
    key = f"s/{secrets.token_hex(6)}"
    await store.put(key, bytes(size), content_type=WEBM)
    client: Any = new_client(locked)
    head = client.head_object(Bucket=locked.bucket, Key=key)
    assert head["ObjectLockMode"] == "COMPLIANCE"
    until = head["ObjectLockRetainUntilDate"]
    left = until - SystemClock().now()
    assert timedelta(hours=23) < left <= timedelta(days=1)
    version = {"Bucket": locked.bucket, "Key": key, "VersionId": head["VersionId"]}
    with pytest.raises(ClientError):
        client.delete_object(**version)
    with pytest.raises(ClientError):
        client.put_object_retention(
            **version,
            Retention={"Mode": "COMPLIANCE", "RetainUntilDate": until - timedelta(hours=12)},
        )
    client.close()
    assert await store.size(key) == size


async def test_write_once_holds_in_a_versioned_bucket(store: S3ObjectStore) -> None:
    key = f"s/{secrets.token_hex(6)}"
    await store.put(key, b"first", content_type=WEBM)
    with pytest.raises(ConflictError):
        await store.put(key, b"other", content_type=WEBM)
    assert await store.get(key) == b"first"


async def test_the_service_holds_a_sha256_and_the_type(
    store: S3ObjectStore, locked: S3Settings
) -> None:
    key = f"s/{secrets.token_hex(6)}"
    await store.put(key, b"hello", content_type=WEBM)
    client: Any = new_client(locked)
    head = client.head_object(Bucket=locked.bucket, Key=key, ChecksumMode="ENABLED")
    client.close()
    assert head["ChecksumSHA256"] == "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="
    assert head["ContentType"] == WEBM


async def test_a_service_that_is_away_may_be_tried_again(locked: S3Settings) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{unused.getsockname()[1]}"
        away = S3ObjectStore(
            locked.model_copy(update={"endpoint_url": endpoint, "attempts": 1}),
            clock=SystemClock(),
        )
        for call in (
            away.put("a", b"x", content_type=WEBM),
            away.put("a", bytes(6 << 20), content_type=WEBM),
            away.get("a"),
            away.size("a"),
            away.exists("a"),
            away.keys("a"),
        ):
            with pytest.raises(UnavailableError) as refusal:
                await call
            assert refusal.value.retryable
        await away.close()


@pytest.mark.parametrize(
    "wrong", [{"bucket": "no-such-bucket"}, {"access_key_id": "somebody-else"}]
)
async def test_trouble_with_bucket_or_key_is_not_taken_for_absence(
    locked: S3Settings, wrong: dict[str, str]
) -> None:
    store = S3ObjectStore(locked.model_copy(update=wrong), clock=SystemClock())
    for call in (store.get("a"), store.put("a", b"x", content_type=WEBM)):
        with pytest.raises(UnavailableError):
            await call
    await store.close()


def test_writes_ask_for_the_key_that_the_settings_name(locked: S3Settings) -> None:
    settings = locked.model_copy(update={"kms_key_id": "key-1", "lock_mode": "GOVERNANCE"})
    now = SystemClock().now()
    assert write_options(settings, content_type=WEBM, now=now) == {
        "ContentType": WEBM,
        "ChecksumAlgorithm": "SHA256",
        "ObjectLockMode": "GOVERNANCE",
        "ObjectLockRetainUntilDate": now + timedelta(days=1),
        "ServerSideEncryption": "aws:kms",
        "SSEKMSKeyId": "key-1",
    }


def test_settings_do_not_print_the_secret(locked: S3Settings) -> None:
    assert "contract-test-secret" not in repr(locked)
