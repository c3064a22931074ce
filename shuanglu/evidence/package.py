"""A package as the verifier sees it: named files, read in pieces, never trusted to be small.

Stage: under the numbered steps. :class:`ZipPackage` reads the zip that is handed out.
It never unpacks to disk and never keeps a large file in memory.
"""

from __future__ import annotations

import hashlib
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Protocol

from shuanglu.evidence.check import fail, require

PIECE_BYTES = 1 << 20
MAX_FILES = 20_000
MAX_PACKAGE_BYTES = 64 << 30
"""Unpacked, all files together: twelve hours of video at 12 Mbit/s."""
MAX_DOCUMENT_BYTES = 64 << 20
"""A file that is read whole: manifest, timeline, journal, script, strokes, statement."""

_END_RECORD_BYTES = 22
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_DESCRIPTOR_SIZES = (0, 12, 16, 20, 24)
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_FLAG_ENCRYPTED = 0x1
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError)


@dataclass(frozen=True, slots=True)
class PackageFile:
    """One file as the package lists it."""

    name: str
    size_bytes: int


class PackageReader(Protocol):
    """Where the verifier finds the files."""

    def files(self) -> tuple[PackageFile, ...]:
        """Every file, a name that is there twice also twice. ``CheckFailedError`` if unreadable."""
        ...

    def pieces(self, name: str) -> Iterator[bytes]:
        """The file's bytes in pieces of at most ``PIECE_BYTES``. ``CheckFailedError`` if broken."""
        ...


def read_whole(
    package: PackageReader, name: str, *, limit_bytes: int = MAX_DOCUMENT_BYTES
) -> bytes:
    """A file's bytes; ``CheckFailedError`` when it is longer than ``limit_bytes``."""
    found = bytearray()
    for piece in package.pieces(name):
        found += piece
        require(len(found) <= limit_bytes, "too_large", f"{name} is larger than it can be")
    return bytes(found)


def measure(package: PackageReader, name: str) -> tuple[int, str]:
    """Size in bytes and SHA-256 of a file."""
    size, digest = 0, hashlib.sha256()
    for piece in package.pieces(name):
        size += len(piece)
        digest.update(piece)
    return size, digest.hexdigest()


class ZipPackage:
    """A zip archive (APPNOTE 6.3), read strictly: nothing hidden before, between or after."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._archive: zipfile.ZipFile | None = None

    def files(self) -> tuple[PackageFile, ...]:
        """Every entry of the archive, after its structure was checked."""
        archive = self._opened()
        return tuple(PackageFile(item.filename, item.file_size) for item in archive.infolist())

    def pieces(self, name: str) -> Iterator[bytes]:
        """An entry's bytes; its length is held to what the directory says."""
        try:
            with self._opened().open(name) as entry:
                while piece := entry.read(PIECE_BYTES):
                    yield piece
        except KeyError:
            fail("file_missing", f"{name} is not in the package")
        except _ZIP_ERRORS:
            fail("zip_damaged", f"{name} cannot be read from the archive")

    def _opened(self) -> zipfile.ZipFile:
        if self._archive is None:
            try:
                archive = zipfile.ZipFile(self._file)
            except _ZIP_ERRORS:
                fail("not_a_zip", "the file is not a zip archive, or its directory is damaged")
            _check_structure(archive, self._file)
            self._archive = archive
        return self._archive


def _check_structure(archive: zipfile.ZipFile, file: IO[bytes]) -> None:
    items = sorted(archive.infolist(), key=lambda item: item.header_offset)
    require(0 < len(items) <= MAX_FILES, "file_count", "the archive holds no or too many files")
    total = sum(item.file_size for item in items)
    require(total <= MAX_PACKAGE_BYTES, "too_large", "the archive unpacks to more than it may")
    for item in items:
        plain = item.compress_type in _METHODS and not item.flag_bits & _FLAG_ENCRYPTED
        require(plain, "zip_feature", "an entry is encrypted or packed in an unusual way")
        same = item.orig_filename == item.filename and not item.is_dir()
        require(same, "name_trick", "an entry's name is not plain")
    _check_nothing_hidden(archive, items, file)


def _check_nothing_hidden(
    archive: zipfile.ZipFile, items: list[zipfile.ZipInfo], file: IO[bytes]
) -> None:
    hidden = "bytes lie hidden before, between or after the archive's files"
    file.seek(-_END_RECORD_BYTES, 2)
    end = file.read(_END_RECORD_BYTES)
    require(end.startswith(b"PK\5\6") and end.endswith(b"\0\0"), "zip_hidden_bytes", hidden)
    position = 0
    for item in items:
        require(item.header_offset - position in _slack(position), "zip_hidden_bytes", hidden)
        file.seek(item.header_offset)
        head = file.read(_LOCAL_HEADER.size)
        require(len(head) == _LOCAL_HEADER.size, "zip_damaged", "an entry's header is cut")
        _, name_bytes, extra_bytes = _LOCAL_HEADER.unpack(head)
        position = item.header_offset + len(head) + name_bytes + extra_bytes + item.compress_size
    require(archive.start_dir - position in _slack(position), "zip_hidden_bytes", hidden)


def _slack(position: int) -> tuple[int, ...]:
    """Before the first entry nothing; behind an entry at most its data descriptor."""
    return _DESCRIPTOR_SIZES if position else (0,)
