"""Messages and handlers that the tests of the bus share."""

from __future__ import annotations

import asyncio

from shuanglu.wire.base import Wire

SECRET_WORD = "张三"


class Question(Wire):
    number: int
    text: str = ""


class Answer(Wire):
    number: int


class Other(Wire):
    word: str


async def double(question: Question) -> Answer:
    return Answer(number=question.number * 2)


async def ignore(_: Question) -> None:
    """A subscriber that is only counted."""


class Collector:
    """A subscriber that keeps what it got."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self._changed = asyncio.Condition()

    async def __call__(self, question: Question) -> None:
        self.numbers.append(question.number)
        async with self._changed:
            self._changed.notify_all()

    async def until(self, count: int) -> list[int]:
        async with asyncio.timeout(5), self._changed:
            await self._changed.wait_for(lambda: len(self.numbers) >= count)
        return self.numbers
