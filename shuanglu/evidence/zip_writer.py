"""Writes a package as a zip, piece by piece, the same bytes every time.

Stage: export. Files are stored, not packed: media does not shrink, and an offset in the
archive is an offset in the file. It never seeks, so that it can go to a network.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator

_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""Zip's first moment: the file times of a package say nothing, the timeline does."""
_UNIX = 3
_READABLE = 0o644 << 16


class _Outlet(io.RawIOBase):
    """Collects what the archive writes until it is taken."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        """Only written to."""
        return True

    def write(self, data: object) -> int:
        """Keep a copy."""
        piece = bytes(data)  # type: ignore[call-overload]
        self._held += piece
        return len(piece)

    def take(self) -> bytes:
        """Everything since the last call."""
        taken = bytes(self._held)
        self._held.clear()
        return taken


class ZipWriter:
    """``add`` each file in order, then ``finish``; each yields bytes of the archive."""

    def __init__(self) -> None:
        self._outlet = _Outlet()
        # Without ``seekable`` the archive writes data descriptors and never goes back.
        self._archive = zipfile.ZipFile(self._outlet, "w", zipfile.ZIP_STORED)

    def begin(self, name: str, size_bytes: int) -> ZipEntryWriter:
        """Begin a file of a known size."""
        info = zipfile.ZipInfo(name, _EARLIEST)
        info.create_system = _UNIX
        info.external_attr = _READABLE
        info.file_size = size_bytes
        return ZipEntryWriter(self._archive.open(info, "w"), self._outlet)

    def add(self, name: str, size_bytes: int, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """A whole file."""
        entry = self.begin(name, size_bytes)
        for piece in pieces:
            yield entry.write(piece)
        yield entry.end()

    def finish(self) -> bytes:
        """The archive's directory."""
        self._archive.close()
        return self._outlet.take()


class ZipEntryWriter:
    """The file of the archive that is being written."""

    def __init__(self, target: object, outlet: _Outlet) -> None:
        self._target = target
        self._outlet = outlet

    def write(self, piece: bytes) -> bytes:
        """Add bytes; returns what goes out."""
        self._target.write(piece)  # type: ignore[attr-defined]
        return self._outlet.take()

    def end(self) -> bytes:
        """End the file; returns what goes out."""
        self._target.close()  # type: ignore[attr-defined]
        return self._outlet.take()
