"""Subjects: dotted names, of which a subscriber may leave the last part open.

Stage: checked at the entrance of every bus adapter, so that an identifier which came
from outside can never widen a subject.
"""

from __future__ import annotations

import re

from shuanglu.errors import InvalidInputError

_SUBJECT = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
WILDCARD = ".*"


def checked_subject(subject: str) -> str:
    """``subject`` itself, or ``InvalidInputError`` when it is not a plain one."""
    if not _SUBJECT.fullmatch(subject):
        raise InvalidInputError("that is not a subject", field="subject")
    return subject


def checked_pattern(pattern: str) -> str:
    """A plain subject, or one whose last part is ``*``."""
    checked_subject(pattern.removesuffix(WILDCARD))
    return pattern


def matches(pattern: str, subject: str) -> bool:
    """Whether ``subject`` is meant; ``*`` stands for exactly one last part."""
    if not pattern.endswith(WILDCARD):
        return pattern == subject
    head, _, last = subject.rpartition(".")
    return bool(last) and head == pattern.removesuffix(WILDCARD)
