"""What does not fit together in a script, as an error that a linter can put into words.

Stage: raised by the models of the script language. It carries a code, the place inside the
part that was looked at, and what the sentence names; the sentences are the linter's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString

from pydantic_core import PydanticCustomError

AT = "at"
"""The key in an error's context under which the place stands, from the part that raised it."""


def refusal(
    code: LiteralString,
    message: LiteralString,
    *,
    at: tuple[int | str, ...] = (),
    **named: str,
) -> PydanticCustomError:
    """An error of a validator; ``{name}`` in ``message`` is filled from ``named``."""
    return PydanticCustomError(code, message, {AT: at, **named})


def require_own_ids(ids: Sequence[str], listed_under: str) -> None:
    """No two parts of a list have the same id; raises the refusal of the second one."""
    for number, each in enumerate(ids):
        if each in ids[:number]:
            told = "two of them have the same id: {id}"
            raise refusal("same_id", told, at=(listed_under, number, "id"), id=each)
