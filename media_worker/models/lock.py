"""The lock file: which model files there are, where each comes from, and its hash.

Stage: read by the fetcher and by the registry of models. It never downloads
and never changes the lock.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shuanglu.errors import InvalidInputError
from shuanglu.timeline.events import Sha256Hex

LOCK_NAME = "models.lock.json"
DEFAULT_DIRECTORY = Path(__file__).resolve().parents[2] / "models"
"""``models/`` beside the packages, where the committed lock lies."""

_SEGMENT = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
RelativePath = Annotated[str, Field(pattern=rf"^{_SEGMENT}(/{_SEGMENT})*$")]
"""No segment begins with a dot, so no path leaves its folder."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PackagePart(_Frozen):
    """One member of one package in a registry."""

    registry: Literal["pypi", "npm"]
    package: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    version: str = Field(pattern=r"^[0-9][0-9A-Za-z.]*$")
    member: RelativePath


class LockedFile(_Frozen):
    """One model file; its bytes are those of ``parts``, concatenated."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    file: RelativePath
    sha256: Sha256Hex
    bytes: int = Field(ge=1)
    licence: str
    origin: str
    parts: tuple[PackagePart, ...] = Field(min_length=1)


class ModelLock(_Frozen):
    """The whole lock file."""

    format: Literal[1]
    files: tuple[LockedFile, ...]

    def file(self, name: str) -> LockedFile:
        """The file of that name; raises :class:`InvalidInputError` if there is none."""
        for locked in self.files:
            if locked.name == name:
                return locked
        raise InvalidInputError(f"no model is called {name!r} in {LOCK_NAME}", field="model")


def read_lock(path: Path) -> ModelLock:
    """Read and validate a lock file; raises :class:`InvalidInputError` naming it."""
    try:
        return ModelLock.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise InvalidInputError(f"{path}: not a readable lock of models: {error}") from error


def file_sha256(path: Path) -> str:
    """Lower-case hexadecimal SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
