"""The bus of one process: same bytes, same errors, same order as one over the network.

Stage: embedded mode, and tests. A request runs in a task of its own, as it would in
another process: a caller that gives up does not cancel what it asked for. It never
shares objects between the two ends and never keeps a message for a later subscriber.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from pydantic import BaseModel

from backing.bus.envelope import (
    decode,
    decode_reply,
    encode,
    encode_error,
    encode_failure,
    encode_reply,
    failure_fields,
)
from backing.bus.interface import (
    REQUEST_TIMEOUT_S,
    SUBSCRIPTION_QUEUE_MESSAGES,
    Subscription,
)
from backing.bus.subjects import checked_pattern, checked_subject, matches
from shuanglu.errors import ConflictError, ShuangluError, UnavailableError

M = TypeVar("M", bound=BaseModel)
R = TypeVar("R", bound=BaseModel)

_log = structlog.get_logger(__name__)


class InProcessBus:
    """Implements :class:`backing.bus.interface.Bus` on one event loop."""

    def __init__(self, *, queue_messages: int = SUBSCRIPTION_QUEUE_MESSAGES) -> None:
        self._queue_messages = queue_messages
        self._servers: dict[str, _Server] = {}
        self._subscribers: list[_Subscriber] = []
        self._closed = False

    async def request(
        self,
        subject: str,
        message: BaseModel,
        reply: type[R],
        *,
        timeout_s: float = REQUEST_TIMEOUT_S,
    ) -> R:
        """Ask whoever serves ``subject``; see the interface for the errors."""
        server = self._servers.get(checked_subject(subject))
        if server is None:
            raise UnavailableError("nobody serves this now")
        answering = server.answer(encode(message))
        done, _ = await asyncio.wait({answering}, timeout=timeout_s)
        if not done:
            raise UnavailableError("no answer came in time")
        return decode_reply(answering.result(), reply)

    async def publish(self, subject: str, message: BaseModel) -> None:
        """Tell every subscriber, without waiting for them."""
        checked_subject(subject)
        data = encode(message)
        for subscriber in self._subscribers:
            if matches(subscriber.pattern, subject):
                subscriber.deliver(data)

    async def serve(
        self, subject: str, message: type[M], handler: Callable[[M], Awaitable[BaseModel]]
    ) -> _Server:
        """Answer requests; one server a subject, or ``ConflictError``."""
        self._refuse_when_closed()
        if checked_subject(subject) in self._servers:
            raise ConflictError("the subject is served already", field="subject")

        async def respond(data: bytes) -> bytes:
            return encode_reply(await handler(decode(data, message)))

        server = _Server(subject, respond, on_close=lambda: self._servers.pop(subject, None))
        self._servers[subject] = server
        return server

    async def subscribe(
        self, subject: str, message: type[M], handler: Callable[[M], Awaitable[None]]
    ) -> _Subscriber:
        """Receive what is published, in order, one at a time."""
        self._refuse_when_closed()

        async def receive(data: bytes) -> None:
            await handler(decode(data, message))

        subscriber = _Subscriber(
            checked_pattern(subject),
            receive,
            queue_messages=self._queue_messages,
            on_close=lambda: self._subscribers.remove(subscriber),
        )
        self._subscribers.append(subscriber)
        return subscriber

    async def close(self) -> None:
        """End every subscription; what is being handled is finished first. Idempotent."""
        self._closed = True
        endings: list[Subscription] = [*self._servers.values(), *self._subscribers]
        for ending in endings:
            await ending.close()

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise UnavailableError("the bus is closed")


class _Server:
    """Answers one subject, each request in a task of its own."""

    def __init__(
        self,
        subject: str,
        respond: Callable[[bytes], Awaitable[bytes]],
        *,
        on_close: Callable[[], object],
    ) -> None:
        self._subject = subject
        self._respond = respond
        self._on_close = on_close
        self._answering: set[asyncio.Task[bytes]] = set()
        self._closed = False

    def answer(self, data: bytes) -> asyncio.Task[bytes]:
        """A task that ends with the bytes of the reply, whatever the handler does."""
        task = asyncio.create_task(self._guarded(data))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)
        return task

    async def _guarded(self, data: bytes) -> bytes:
        try:
            return await self._respond(data)
        except ShuangluError as error:
            return encode_error(error)
        except Exception as error:  # noqa: BLE001 - task boundary, as if in another process
            _log.error("bus handler failed", subject=self._subject, **failure_fields(error))
            return encode_failure()

    async def close(self) -> None:
        """Take no more requests; those being answered are finished first. Idempotent."""
        if not self._closed:
            self._closed = True
            self._on_close()
        others = self._answering - {asyncio.current_task()}
        if others:
            await asyncio.wait(others)


class _Subscriber:
    """A bounded queue, and the one task that empties it in order."""

    def __init__(
        self,
        pattern: str,
        receive: Callable[[bytes], Awaitable[None]],
        *,
        queue_messages: int,
        on_close: Callable[[], None],
    ) -> None:
        self.pattern = pattern
        self.dropped = 0
        self._receive = receive
        self._on_close = on_close
        self._queue: deque[bytes] = deque(maxlen=queue_messages)
        self._arrived = asyncio.Event()
        self._closed = False
        self._task = asyncio.create_task(self._run())

    def deliver(self, data: bytes) -> None:
        """Queue a message; the oldest falls out when the subscriber is too far behind."""
        if len(self._queue) == self._queue.maxlen:
            self._count_drop()
        self._queue.append(data)
        self._arrived.set()

    def _count_drop(self) -> None:
        self.dropped += 1
        # At 1, 2, 4, 8, …: a slow subscriber must not flood the log as well.
        if self.dropped & (self.dropped - 1) == 0:
            _log.warning("bus subscriber lost messages", pattern=self.pattern, lost=self.dropped)

    async def _run(self) -> None:
        while not self._closed:
            await self._arrived.wait()
            self._arrived.clear()
            while self._queue and not self._closed:
                await self._handle(self._queue.popleft())

    async def _handle(self, data: bytes) -> None:
        try:
            await self._receive(data)
        except Exception as error:  # noqa: BLE001 - task boundary: the next message still counts
            _log.error("bus subscriber failed", pattern=self.pattern, **failure_fields(error))

    async def close(self) -> None:
        """Stop; a message being handled is finished first. Idempotent."""
        if not self._closed:
            self._closed = True
            self._on_close()
            self._arrived.set()
        if asyncio.current_task() is not self._task:
            await asyncio.wait({self._task})
