"""Objects in a local folder: whole or not at all, written once, on disk when promised.

Stage: embedded mode. A file appears under its name only by ``link`` after its bytes
were synced; the folder is synced before ``put`` returns. Every step goes by folder
descriptors that refuse symbolic links, so nobody who can write a link into the folder
can make us read or write elsewhere. It never changes or deletes an object.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import secrets
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from backing.durable import write_all
from backing.objects.key import checked_key, checked_prefix, checked_range
from backing.objects.source import READ_FLAGS, opened_file
from shuanglu.errors import ConflictError, NotFoundError

INCOMING = ".incoming"
"""Folder of half-written files. No key begins with a dot, so none can be read as an object."""
INCOMING_MAX_AGE_S = 3600.0
"""A half-written file older than this was left by a crash and is removed at the next start."""
COPY_BLOCK_BYTES = 1 << 20
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_CREATE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_CANNOT_LINK = frozenset({errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP})


class FolderObjectStore:
    """Implements :class:`backing.objects.interface.ObjectStore`; disk work runs in threads."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._root = root.resolve()
        (self._root / INCOMING).mkdir(exist_ok=True, mode=0o700)
        self._remove_leftovers()

    async def put(self, key: str, data: bytes, *, content_type: str) -> None:
        """Store durably. The same bytes again are fine; other bytes raise ``ConflictError``."""
        del content_type  # the readers of a folder know types by the key
        await asyncio.to_thread(self._put, checked_key(key), data)

    async def put_file(self, key: str, path: Path, *, content_type: str) -> None:
        """Store a local file durably, by hard link where the file system allows it."""
        del content_type
        await asyncio.to_thread(self._put_file, checked_key(key), path)

    async def get(self, key: str, *, start: int = 0, end: int | None = None) -> bytes:
        """Bytes [start, end), fewer where the object ends. Raises ``NotFoundError``."""
        checked_range(start, end)
        return await asyncio.to_thread(self._get, checked_key(key), start, end)

    async def size(self, key: str) -> int:
        """Bytes of the object. Raises ``NotFoundError``."""
        return await asyncio.to_thread(self._size, checked_key(key))

    async def exists(self, key: str) -> bool:
        """Whether the object is there, whole."""
        try:
            await self.size(key)
        except NotFoundError:
            return False
        return True

    async def keys(self, prefix: str) -> list[str]:
        """All keys that begin with ``prefix``, sorted."""
        return await asyncio.to_thread(self._keys, checked_prefix(prefix))

    # --- writing, in a thread -------------------------------------------------------

    def _put(self, key: str, data: bytes) -> None:
        with self._folder(key, create=True) as (folder, name):
            with self._incoming(data) as (incoming, temporary):
                placed = _link(temporary, incoming, name, folder)
            if not placed:
                _require_same(_read(folder, name), data)
            # Also when it was there already: its writer may not have synced the folder yet.
            os.fsync(folder)

    def _put_file(self, key: str, path: Path) -> None:
        with opened_file(path) as source, self._folder(key, create=True) as (folder, name):
            os.fsync(source)
            try:
                placed = _link(str(path), None, name, folder)
            except OSError as error:
                if error.errno not in _CANNOT_LINK:
                    raise
                placed = self._copy(source, name, folder)
            if not placed:
                _require_same_file(source, folder, name)
            os.fsync(folder)

    def _copy(self, source: int, name: str, folder: int) -> bool:
        with self._incoming(b"") as (incoming, temporary):
            target = os.open(temporary, os.O_WRONLY | os.O_NOFOLLOW, dir_fd=incoming)
            try:
                for block in _blocks(source):
                    write_all(target, block)
                os.fsync(target)
            finally:
                os.close(target)
            return _link(temporary, incoming, name, folder)

    @contextlib.contextmanager
    def _incoming(self, data: bytes) -> Iterator[tuple[int, str]]:
        """A synced temporary file with ``data``; its name is gone afterwards."""
        folder = os.open(self._root / INCOMING, _FOLDER_FLAGS)
        name = secrets.token_hex(16)
        try:
            handle = os.open(name, _CREATE_FLAGS, 0o600, dir_fd=folder)
            try:
                write_all(handle, data)
                os.fsync(handle)
            finally:
                os.close(handle)
            yield folder, name
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name, dir_fd=folder)
            os.close(folder)

    def _remove_leftovers(self) -> None:
        for entry in os.scandir(self._root / INCOMING):
            if time.time() - entry.stat(follow_symlinks=False).st_mtime > INCOMING_MAX_AGE_S:
                Path(entry.path).unlink(missing_ok=True)

    # --- reading, in a thread -------------------------------------------------------

    def _get(self, key: str, start: int, end: int | None) -> bytes:
        with self._folder(key, create=False) as (folder, name):
            return _read(folder, name, start, end)

    def _size(self, key: str) -> int:
        with self._folder(key, create=False) as (folder, name), _object(folder, name) as handle:
            return os.fstat(handle).st_size

    def _keys(self, prefix: str) -> list[str]:
        place = prefix.rpartition("/")[0]
        try:
            with self._folder(f"{place}/any".lstrip("/"), create=False) as (folder, _):
                found = [f"{place}/{name}".lstrip("/") for name in _names_below(folder)]
        except NotFoundError:
            return []
        return sorted(key for key in found if key.startswith(prefix))

    @contextlib.contextmanager
    def _folder(self, key: str, *, create: bool) -> Iterator[tuple[int, str]]:
        """A descriptor of the key's folder, reached part by part without following links."""
        *parts, name = key.split("/")
        current = os.open(self._root, _FOLDER_FLAGS)
        try:
            for part in parts:
                current = _step_into(current, part, create=create)
            yield current, name
        finally:
            os.close(current)


def _step_into(folder: int, part: str, *, create: bool) -> int:
    """Open a folder inside ``folder``; the caller holds ``folder`` again if that fails."""
    if create:
        with contextlib.suppress(FileExistsError):
            os.mkdir(part, 0o700, dir_fd=folder)
            os.fsync(folder)
    with _absence_told():
        inner = os.open(part, _FOLDER_FLAGS, dir_fd=folder)
    os.close(folder)
    return inner


def _names_below(top: int) -> Iterator[str]:
    """Paths of all regular, visible files below a folder; no link is followed."""
    for place, subfolders, files, folder in os.fwalk(".", dir_fd=top, follow_symlinks=False):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        for name in files:
            if stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                yield f"{place}/{name}".removeprefix("./")


@contextlib.contextmanager
def _absence_told() -> Iterator[None]:
    """Turns "not there" and "a link or something else is there" into our errors."""
    try:
        yield
    except FileNotFoundError as error:
        raise NotFoundError("there is no such object") from error
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENOTDIR}:
            raise NotFoundError("there is no such object") from error
        raise


@contextlib.contextmanager
def _object(folder: int, name: str) -> Iterator[int]:
    with _absence_told():
        handle = os.open(name, READ_FLAGS, dir_fd=folder)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise NotFoundError("there is no such object")
        yield handle
    finally:
        os.close(handle)


def _link(source: str, source_folder: int | None, name: str, folder: int) -> bool:
    """Give the file its name, unless the name is taken; says whether it did."""
    try:
        os.link(source, name, src_dir_fd=source_folder, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError:
        return False
    return True


def _read(folder: int, name: str, start: int = 0, end: int | None = None) -> bytes:
    with _object(folder, name) as handle:
        stop = os.fstat(handle).st_size if end is None else end
        blocks = []
        while start < stop and (block := os.pread(handle, min(stop - start, 1 << 26), start)):
            blocks.append(block)
            start += len(block)
    return b"".join(blocks)


def _blocks(handle: int) -> Iterator[bytes]:
    offset = 0
    while block := os.pread(handle, COPY_BLOCK_BYTES, offset):
        yield block
        offset += len(block)


def _require_same(stored: bytes, offered: bytes) -> None:
    if stored != offered:
        raise ConflictError("the object exists with other bytes", field="key")


def _require_same_file(source: int, folder: int, name: str) -> None:
    with _object(folder, name) as stored:
        if os.fstat(stored).st_size != os.fstat(source).st_size or any(
            ours != theirs for ours, theirs in zip(_blocks(source), _blocks(stored), strict=False)
        ):
            raise ConflictError("the object exists with other bytes", field="key")
