"""What a failed check says: a stable reason for machines, a sentence for people."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from shuanglu.errors import ShuangluError
from shuanglu.timeline.chain import canonical_bytes

M = TypeVar("M", bound=BaseModel)


class CheckFailedError(ShuangluError):
    """Evidence does not hold. ``reason`` is stable; ``detail`` holds no personal data."""

    code = "check_failed"

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def fail(reason: str, detail: str) -> NoReturn:
    """Raise :class:`CheckFailedError`."""
    raise CheckFailedError(reason, detail)


def require(holds: bool, reason: str, detail: str) -> None:  # noqa: FBT001 - reads as a sentence
    """Raise :class:`CheckFailedError` unless it holds."""
    if not holds:
        fail(reason, detail)


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """``1 file``, ``2 files``; ``plural`` where an s is not enough."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"


def canonical_json(data: bytes, *, what: str) -> Any:  # noqa: ANN401 - any JSON value
    """The JSON value in ``data``, which must be its RFC 8785 form byte for byte.

    So there is one way only to write a document, and a name given twice, another
    spelling of a number or a trailing byte is found.
    """
    try:
        value = json.loads(data)
        same = canonical_bytes(value) == data
    except (ValueError, RecursionError):
        fail("not_canonical", f"{what} is not JSON in canonical form")
    require(same, "not_canonical", f"{what} is not JSON in canonical form")
    return value


def validated(build: Callable[[], M], *, what: str) -> M:
    """A model, or the name of the first field that does not fit."""
    try:
        return build()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])[:120]
        fail("malformed", f"{what} does not have its form: {place}")
