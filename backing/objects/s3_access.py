"""How an S3 service is reached, and what its errors mean in ours.

Stage: below :class:`backing.objects.s3.S3ObjectStore`. Attempts and timeouts are short
because the caller keeps what it wants to store and tries again; it never waits here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Literal

import boto3
import structlog
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from shuanglu.errors import NotFoundError, UnavailableError

MEBIBYTE = 1 << 20
_log = structlog.get_logger(__name__)


class S3Settings(BaseModel):
    """Where objects are kept. Without keys, boto3 finds credentials in its usual places."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    bucket: str = Field(min_length=3, max_length=63)
    endpoint_url: str | None = Field(default=None, description="absent: Amazon's own")
    region: str = "us-east-1"
    access_key_id: str | None = None
    secret_access_key: SecretStr | None = None
    path_style: bool = Field(default=False, description="bucket in the path, not in the host")
    connect_timeout_s: float = Field(default=2.0, gt=0)
    read_timeout_s: float = Field(default=10.0, gt=0)
    attempts: int = Field(default=2, ge=1, description="tries a call, the first one included")
    concurrency: int = Field(default=8, ge=1, description="calls at the same time")
    multipart_from_bytes: int = Field(default=8 * MEBIBYTE, ge=5 * MEBIBYTE)
    lock_days: int | None = Field(
        default=None, ge=1, description="Object Lock retention of every object written"
    )
    lock_mode: Literal["COMPLIANCE", "GOVERNANCE"] = "COMPLIANCE"
    kms_key_id: str | None = Field(default=None, description="encrypt with SSE-KMS")


def new_client(settings: S3Settings) -> Any:  # noqa: ANN401 - boto3 makes its classes at run time
    """A client that many threads may use at once."""
    secret = settings.secret_access_key
    return boto3.client(
        "s3",
        endpoint_url=settings.endpoint_url,
        region_name=settings.region,
        aws_access_key_id=settings.access_key_id,
        aws_secret_access_key=None if secret is None else secret.get_secret_value(),
        config=Config(
            connect_timeout=settings.connect_timeout_s,
            read_timeout=settings.read_timeout_s,
            retries={"total_max_attempts": settings.attempts, "mode": "standard"},
            max_pool_connections=settings.concurrency,
            signature_version="s3v4",
            s3={"addressing_style": "path" if settings.path_style else "virtual"},
        ),
    )


def write_options(settings: S3Settings, *, content_type: str, now: datetime) -> dict[str, Any]:
    """What every object is written with: type, checksum, retention and encryption."""
    options: dict[str, Any] = {"ContentType": content_type, "ChecksumAlgorithm": "SHA256"}
    if settings.lock_days is not None:
        options["ObjectLockMode"] = settings.lock_mode
        options["ObjectLockRetainUntilDate"] = now + timedelta(days=settings.lock_days)
    if settings.kms_key_id is not None:
        options["ServerSideEncryption"] = "aws:kms"
        options["SSEKMSKeyId"] = settings.kms_key_id
    return options


class ObjectTakenError(Exception):
    """The key has an object already. Inside the adapter only: the bytes decide what it means."""


class RangeBeyondEndError(Exception):
    """The range begins at or past the object's end. Inside the adapter only."""


@contextlib.contextmanager
def s3_errors(action: str) -> Iterator[None]:
    """Turns botocore's errors into ours. What is not clearly "absent" may work later."""
    try:
        yield
    except ClientError as error:
        raise _meaning_of(error, action) from error
    except BotoCoreError as error:
        _log.warning("object store does not answer", action=action, error=type(error).__name__)
        raise UnavailableError("the object store does not answer") from error


def _meaning_of(error: ClientError, action: str) -> Exception:
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    # HEAD has no body, so botocore puts the bare status there instead of a code.
    if code in {"NoSuchKey", "404", "NotFound"}:
        return NotFoundError("there is no such object")
    if status == HTTPStatus.PRECONDITION_FAILED:
        return ObjectTakenError()
    if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        return RangeBeyondEndError()
    # Access, bucket or key trouble is for an operator to mend; until then the caller keeps on.
    _log.warning("object store refused", action=action, code=code, status=status)
    return UnavailableError("the object store refused")
