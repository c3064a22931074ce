"""The form of an object's key, checked before any store sees it.

Stage: the entrance of every object store. A key that passes cannot leave the store's
folder, name a hidden file, or mean two things to two stores.
"""

from __future__ import annotations

import re

from backing.objects.interface import MAX_KEY_LENGTH
from shuanglu.errors import InvalidInputError

_PART = r"[A-Za-z0-9_-][A-Za-z0-9._-]*"
_KEY = re.compile(rf"{_PART}(?:/{_PART})*")
_PREFIX = re.compile(rf"(?:{_PART}(?:/{_PART})*/?)?")


def checked_key(key: str) -> str:
    """``key`` itself; raises ``InvalidInputError`` when it is not one."""
    return _checked(_KEY, key)


def checked_prefix(prefix: str) -> str:
    """The beginning of a key, or the empty string; raises ``InvalidInputError``."""
    return _checked(_PREFIX, prefix)


def checked_range(start: int, end: int | None) -> None:
    """Bytes [start, end); raises ``InvalidInputError`` when that is no range."""
    if start < 0 or (end is not None and end < start):
        raise InvalidInputError("that is not a range of bytes", field="start")


def _checked(form: re.Pattern[str], text: str) -> str:
    # ".." inside a part is harmless on disk, but no key of ours has it: refuse the look-alike.
    if len(text) > MAX_KEY_LENGTH or not form.fullmatch(text) or ".." in text:
        raise InvalidInputError("that is not an object key", field="key")
    return text
