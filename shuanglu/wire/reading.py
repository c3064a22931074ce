"""A disclosure that is read aloud, as the page shows it: a teleprompter with ticks."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from shuanglu.wire.base import Wire


class ReadingSentence(Wire):
    """One sentence to be read aloud; it is named by its number, from 1."""

    no: int
    text: str
    state: Literal["heard", "coming", "missing"] = Field(
        description="missing: everything was said to be read, and this was not heard"
    )
    required: bool


class ReadingView(Wire):
    """Where the reading stands. Chinese, as everything that is said."""

    sentences: tuple[ReadingSentence, ...]
    current: int | None = Field(description="number of the sentence to read now; null: none left")
    checking: bool = Field(description="somebody said that all was read; it is being checked")
    rounds_left: int = Field(description="how often what is missing will be asked for again")
