"""Objects in an S3 service: written once by a conditional put, checked by SHA-256 on the way.

Stage: distributed mode. Calls run in threads of the adapter's own, so that a slow
service never takes the threads that sync the recorder's files. It never overwrites
(RFC 9110 13.1.2 ``If-None-Match: *``), never deletes, and creates no bucket.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from backing.objects.key import checked_key, checked_prefix, checked_range
from backing.objects.s3_access import (
    ObjectTakenError,
    RangeBeyondEndError,
    S3Settings,
    new_client,
    s3_errors,
    write_options,
)
from backing.objects.source import opened_file
from shuanglu.clock import Clock
from shuanglu.errors import ConflictError, NotFoundError, UnavailableError

T = TypeVar("T")
ReadAt = Callable[[int, int], bytes]
"""Bytes of what is being stored: ``(size, offset)``, fewer at the end."""


class S3ObjectStore:
    """Implements :class:`backing.objects.interface.ObjectStore` through boto3."""

    def __init__(self, settings: S3Settings, *, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._client = new_client(settings)
        self._threads = ThreadPoolExecutor(settings.concurrency, thread_name_prefix="s3")

    async def put(self, key: str, data: bytes, *, content_type: str) -> None:
        """Store durably. The same bytes again are fine; other bytes raise ``ConflictError``."""
        checked_key(key)

        def read_at(size: int, offset: int) -> bytes:
            return data[offset : offset + size]

        await self._in_thread(lambda: self._put(key, read_at, len(data), content_type))

    async def put_file(self, key: str, path: Path, *, content_type: str) -> None:
        """Store a local file durably, in parts when it is large."""
        checked_key(key)
        await self._in_thread(lambda: self._put_file(key, path, content_type))

    async def get(self, key: str, *, start: int = 0, end: int | None = None) -> bytes:
        """Bytes [start, end), fewer where the object ends. Raises ``NotFoundError``."""
        checked_range(start, end)
        checked_key(key)
        return await self._in_thread(lambda: self._get(key, start, end))

    async def size(self, key: str) -> int:
        """Bytes of the object. Raises ``NotFoundError``."""
        checked_key(key)
        return await self._in_thread(lambda: self._size(key))

    async def exists(self, key: str) -> bool:
        """Whether the object is there, whole."""
        try:
            await self.size(key)
        except NotFoundError:
            return False
        return True

    async def keys(self, prefix: str) -> list[str]:
        """All keys that begin with ``prefix``, sorted."""
        checked_prefix(prefix)
        return await self._in_thread(lambda: self._keys(prefix))

    async def close(self) -> None:
        """Let running calls end, then release threads and connections. Idempotent."""
        await asyncio.to_thread(self._threads.shutdown)
        self._client.close()

    async def _in_thread(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    # --- in a thread ----------------------------------------------------------------

    def _put_file(self, key: str, path: Path, content_type: str) -> None:
        with opened_file(path) as handle:

            def read_at(size: int, offset: int) -> bytes:
                return os.pread(handle, size, offset)

            self._put(key, read_at, os.fstat(handle).st_size, content_type)

    def _put(self, key: str, read_at: ReadAt, size: int, content_type: str) -> None:
        options = write_options(
            self._settings, content_type=content_type, now=self._clock.now()
        ) | {"Bucket": self._settings.bucket, "Key": key}
        try:
            if size > self._settings.multipart_from_bytes:
                self._put_parts(options, read_at)
            else:
                with s3_errors("put"):
                    body = read_at(size, 0)
                    self._client.put_object(**options, Body=body, IfNoneMatch="*")
        except ObjectTakenError as taken:
            if not self._holds(key, read_at, size):
                raise ConflictError("the object exists with other bytes", field="key") from taken

    def _put_parts(self, options: dict[str, Any], read_at: ReadAt) -> None:
        with s3_errors("put_parts"):
            upload = self._client.create_multipart_upload(**options)["UploadId"]
        target = {name: options[name] for name in ("Bucket", "Key")} | {"UploadId": upload}
        try:
            with s3_errors("put_parts"):
                parts = [
                    self._put_part(target, number, part)
                    for number, part in enumerate(self._parts(read_at), start=1)
                ]
                self._client.complete_multipart_upload(
                    **target, MultipartUpload={"Parts": parts}, IfNoneMatch="*"
                )
        except (ObjectTakenError, UnavailableError):
            self._abandon(target)
            raise

    def _put_part(self, target: dict[str, Any], number: int, part: bytes) -> dict[str, Any]:
        made = self._client.upload_part(
            **target, PartNumber=number, Body=part, ChecksumAlgorithm="SHA256"
        )
        return {
            "PartNumber": number,
            "ETag": made["ETag"],
            "ChecksumSHA256": made["ChecksumSHA256"],
        }

    def _abandon(self, target: dict[str, Any]) -> None:
        """Free the parts; where that fails too, the bucket's lifecycle rule does it."""
        try:
            with s3_errors("abandon_parts"):
                self._client.abort_multipart_upload(**target)
        except (NotFoundError, UnavailableError):
            return

    def _holds(self, key: str, read_at: ReadAt, size: int) -> bool:
        if self._size(key) != size:
            return False
        offered = hashlib.sha256()
        for part in self._parts(read_at):
            offered.update(part)
        return self._stored_sha256(key) == offered.digest()

    def _stored_sha256(self, key: str) -> bytes:
        stored = hashlib.sha256()
        with s3_errors("compare"):
            body = self._client.get_object(Bucket=self._settings.bucket, Key=key)["Body"]
            for block in body.iter_chunks(1 << 20):
                stored.update(block)
        return stored.digest()

    def _parts(self, read_at: ReadAt) -> Iterator[bytes]:
        offset = 0
        while part := read_at(self._settings.multipart_from_bytes, offset):
            yield part
            offset += len(part)

    def _get(self, key: str, start: int, end: int | None) -> bytes:
        if start == end:
            self._size(key)
            return b""
        wanted = {} if (start, end) == (0, None) else {"Range": _range_header(start, end)}
        try:
            with s3_errors("get"):
                reply = self._client.get_object(Bucket=self._settings.bucket, Key=key, **wanted)
                data: bytes = reply["Body"].read()
                return data
        except RangeBeyondEndError:
            return b""

    def _size(self, key: str) -> int:
        with s3_errors("size"):
            head = self._client.head_object(Bucket=self._settings.bucket, Key=key)
        return int(head["ContentLength"])

    def _keys(self, prefix: str) -> list[str]:
        pages = self._client.get_paginator("list_objects_v2")
        with s3_errors("keys"):
            return sorted(
                item["Key"]
                for page in pages.paginate(Bucket=self._settings.bucket, Prefix=prefix)
                for item in page.get("Contents", [])
            )


def _range_header(start: int, end: int | None) -> str:
    """RFC 9110 14.1.2: the last position is inclusive."""
    return f"bytes={start}-" if end is None else f"bytes={start}-{end - 1}"
