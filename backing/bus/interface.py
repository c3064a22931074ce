"""What the bus promises: request-reply with an immediate "nobody serves this", and publish.

It keeps no state. Messages are the models of ``shuanglu.wire.bus``; every adapter
moves their JSON bytes, the in-process one too, so that nothing works only because
two ends share memory.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)
R = TypeVar("R", bound=BaseModel)

REQUEST_TIMEOUT_S = 5.0
SUBSCRIPTION_QUEUE_MESSAGES = 1024
"""A subscriber that falls this far behind loses the oldest messages; timeline
subscribers see the gap in ``seq`` and read what they missed."""


class Subscription(Protocol):
    """Something that can be ended."""

    async def close(self) -> None:
        """Stop; idempotent. A message being handled is finished first."""
        ...


class Bus(Protocol):
    """Request-reply and publish-subscribe."""

    async def request(
        self, subject: str, message: BaseModel, reply: type[R], *, timeout_s: float = ...
    ) -> R:
        """Ask whoever serves ``subject``.

        An error raised by the handler is raised here again with the same code
        (``ShuangluError`` family). ``UnavailableError`` when nobody serves the
        subject or no answer came in time.
        """
        ...

    async def publish(self, subject: str, message: BaseModel) -> None:
        """Tell every subscriber, without waiting for them."""
        ...

    async def serve(
        self, subject: str, message: type[M], handler: Callable[[M], Awaitable[BaseModel]]
    ) -> Subscription:
        """Answer requests; handled concurrently."""
        ...

    async def subscribe(
        self, subject: str, message: type[M], handler: Callable[[M], Awaitable[None]]
    ) -> Subscription:
        """Receive what is published, in order, one at a time. ``*`` may end a subject."""
        ...
