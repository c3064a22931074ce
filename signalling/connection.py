"""One WebSocket of one phone: reads, refuses, admits, writes, and lets go of everything.

Stage: between the socket and a :class:`signalling.conversation.Conversation`. Reading,
working and writing are three tasks, so that a slow answer never delays a ping and a
slow phone never delays anybody else. It never believes a message before the hello.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import structlog
from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from backing.bus import Bus
from backing.bus.envelope import failure_fields
from backing.tokens import CUSTOMER_AUDIENCE, Role, TokenKey
from shuanglu.clock import Clock
from shuanglu.errors import (
    HandedOverError,
    InvalidInputError,
    NotAuthenticatedError,
    NotFoundError,
    ShuangluError,
    TooManyAttemptsError,
)
from shuanglu.wire.signalling import Bye, Hello, PhoneMessage, Ping, Pong, ServerMessage
from signalling.conversation import Conversation
from signalling.outbox import Outbox, OutboxFullError
from signalling.parsing import claimed_type, parse, refused
from signalling.rate_limit import TokenBucket
from signalling.settings import SignallingSettings
from signalling.state import ConnectionState, Lifecycle

_SESSION_ID = re.compile(r"ses_[0-9A-Za-z]{1,40}")
Reason = Literal[
    "replaced", "handed_over", "closed", "not_authenticated", "protocol", "server_stopping"
]

CLOSE_CODES: dict[Reason, int] = {
    "replaced": 4001,
    "handed_over": 4002,
    "not_authenticated": 4003,
    "closed": WSCloseCode.OK,
    "protocol": WSCloseCode.POLICY_VIOLATION,
    "server_stopping": WSCloseCode.GOING_AWAY,
}
"""RFC 6455 7.4; 4000 to 4999 are for the application."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ConnectionDeps:
    """What every connection is given."""

    settings: SignallingSettings
    bus: Bus
    token_key: TokenKey
    clock: Clock


class Connection:
    """One connection from its opening to its end; :meth:`run` is all of it."""

    def __init__(
        self,
        connection_id: str,
        socket: web.WebSocketResponse,
        transport: asyncio.Transport | None,
        deps: ConnectionDeps,
        *,
        address: str,
        on_admitted: Callable[[Connection], None],
    ) -> None:
        settings = deps.settings
        self.connection_id = connection_id
        self.address = address
        self.session_id: str | None = None
        self._socket = socket
        self._transport = transport
        self._deps = deps
        self._on_admitted = on_admitted
        self._life = Lifecycle(connection_id)
        self._outbox = Outbox(limit=settings.outbox_messages)
        self._inbox: asyncio.Queue[PhoneMessage] = asyncio.Queue(settings.inbox_messages)
        self._bucket = TokenBucket(
            rate_per_s=settings.messages_per_s, burst=settings.message_burst, clock=deps.clock
        )
        self._refusals = 0
        self._close_code: int = WSCloseCode.OK
        self._conversation: Conversation | None = None
        self._timers: list[asyncio.TimerHandle] = []

    @property
    def state(self) -> ConnectionState:
        """Where the connection stands."""
        return self._life.state

    async def run(self) -> None:
        """Serve the phone until either side ends it."""
        reader = asyncio.create_task(self._read())
        worker = asyncio.create_task(self._work())
        writer = asyncio.create_task(self._outbox.drain(self._socket.send_str))
        self._after(self._deps.settings.hello_timeout_s, self._hello_is_late)
        try:
            # The reader ends when the phone goes, the writer when we have said our last word.
            await asyncio.wait({reader, writer}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._release(reader, worker, writer)

    def leave(self, reason: Reason) -> None:
        """Say why and close; what waits to be sent is sent first. Idempotent."""
        self._leave(CLOSE_CODES[reason], Bye(reason=reason))

    def tell(self, message: ServerMessage) -> None:
        """Send to the phone, in order. A phone that takes nothing is given up."""
        if isinstance(message, Bye):
            self.leave(message.reason)
            return
        try:
            self._outbox.put(message)
        except OutboxFullError:
            _log.warning("phone takes no messages", connection_id=self.connection_id)
            self._leave(WSCloseCode.POLICY_VIOLATION, None)
            self._abort()

    # --- reading -------------------------------------------------------------------

    async def _read(self) -> None:
        async for frame in self._socket:
            if frame.type is WSMsgType.ERROR:
                return
            if not self._life.is_going:
                self._take(frame)

    def _take(self, frame: WSMessage) -> None:
        try:
            if not self._bucket.take():
                raise TooManyAttemptsError("too many messages; slow down")
            self._accept(parse(frame))
        except ShuangluError as error:
            self._refuse_frame(error, in_reply_to=claimed_type(frame))

    def _accept(self, message: PhoneMessage) -> None:
        if self.state is ConnectionState.OPENED:
            if not isinstance(message, Hello):
                raise InvalidInputError("the first message must be hello", field="type")
            self._life.move(ConnectionState.ADMITTING)
        elif isinstance(message, Hello):
            raise InvalidInputError("this connection has said hello already", field="type")
        elif isinstance(message, Ping):
            self.tell(Pong(sent_ms=message.sent_ms))
            return
        try:
            self._inbox.put_nowait(message)
        except asyncio.QueueFull:
            raise TooManyAttemptsError("too many messages are waiting; slow down") from None

    def _refuse_frame(self, error: ShuangluError, *, in_reply_to: str | None) -> None:
        """Refuse a broken frame: before the hello the first is the last, later there are a few."""
        self._refuse(error, in_reply_to=in_reply_to)
        self._refusals += 1
        before_hello = self.state is ConnectionState.OPENED
        if before_hello or self._refusals >= self._deps.settings.max_refusals:
            self.leave("protocol")

    def _refuse(self, error: ShuangluError, *, in_reply_to: str | None) -> None:
        _log.info(
            "message refused",
            connection_id=self.connection_id,
            code=error.code,
            in_reply_to=in_reply_to,
        )
        self.tell(refused(error, in_reply_to=in_reply_to))

    def _hello_is_late(self) -> None:
        if self.state is ConnectionState.OPENED:
            self.leave("protocol")

    # --- working -------------------------------------------------------------------

    async def _work(self) -> None:
        while True:
            message = await self._inbox.get()
            try:
                await self._act_on(message)
            except ShuangluError as error:
                self._refuse(error, in_reply_to=message.type)
            except Exception as error:  # noqa: BLE001 - task boundary: the connection lives on
                _log.error("message failed", in_reply_to=message.type, **failure_fields(error))
                self._refuse(ShuangluError("the server failed"), in_reply_to=message.type)

    async def _act_on(self, message: PhoneMessage) -> None:
        if self._life.is_going:
            return
        if isinstance(message, Hello):
            await self._admit(message)
        elif self._conversation is not None:
            await self._conversation.answer(message)

    async def _admit(self, hello: Hello) -> None:
        try:
            conversation = self._conversation_of(hello)
            await conversation.open()
        except HandedOverError:
            self.leave("handed_over")
            return
        except (NotAuthenticatedError, NotFoundError):
            self.leave("not_authenticated")
            return
        except ShuangluError as error:
            # Not the phone's fault, and it can only come back: told, and closed to be retried.
            self._refuse(error, in_reply_to=hello.type)
            self._leave(WSCloseCode.TRY_AGAIN_LATER, None)
            return
        if self._life.is_going:
            return
        self._life.move(ConnectionState.ADMITTED)
        self._on_admitted(self)
        await conversation.greet()

    def _conversation_of(self, hello: Hello) -> Conversation:
        claims = self._deps.token_key.verify(
            hello.token, role=Role.CUSTOMER, audience=CUSTOMER_AUDIENCE
        )
        if claims.session_id is None or not _SESSION_ID.fullmatch(claims.session_id):
            raise NotAuthenticatedError("the token is not valid")
        self.session_id = claims.session_id
        self._conversation = Conversation(
            session_id=claims.session_id,
            connection_id=self.connection_id,
            hand_overs=claims.hand_overs,
            bus=self._deps.bus,
            settings=self._deps.settings,
            tell=self.tell,
        )
        return self._conversation

    # --- ending ----------------------------------------------------------

    def _leave(self, code: int, bye: Bye | None) -> None:
        if self._life.is_going:
            return
        self._life.move(ConnectionState.LEAVING)
        self._close_code = code
        self._outbox.end(bye)
        self._after(self._deps.settings.flush_s, self._abort)

    def _abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _after(self, delay_s: float, call: Callable[[], None]) -> None:
        self._timers.append(asyncio.get_running_loop().call_later(delay_s, call))

    async def _release(
        self, reader: asyncio.Task[None], worker: asyncio.Task[None], writer: asyncio.Task[None]
    ) -> None:
        self._leave(WSCloseCode.OK, None)
        await _ended(reader)
        await _ended(worker)
        await asyncio.wait({writer}, timeout=self._deps.settings.flush_s)
        await _ended(writer)
        await self._socket.close(code=self._close_code)
        for timer in self._timers:
            timer.cancel()
        if self._conversation is not None:
            await self._conversation.close()
        self._life.move(ConnectionState.CLOSED)


async def _ended(task: asyncio.Task[None]) -> None:
    """Cancel a task and wait for it; a failure that is not the phone's going is logged."""
    task.cancel()
    (result,) = await asyncio.gather(task, return_exceptions=True)
    if isinstance(result, Exception) and not isinstance(result, ConnectionError):
        _log.error("connection task failed", **failure_fields(result))
