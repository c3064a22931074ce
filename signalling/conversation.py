"""One admitted phone and its session: what it is told, and where what it says goes.

Stage: between a connection and the bus. It judges no step of the script: the worker
does. It holds no truth: the timeline does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from pydantic import BaseModel

from backing.bus import Bus, Subscription
from shuanglu.errors import ConflictError, HandedOverError, ShuangluError
from shuanglu.wire.bus import (
    Committed,
    Done,
    InputRequest,
    Left,
    LoadReply,
    LoadRequest,
    OfferReply,
    OfferRequest,
    StatusReply,
    StatusRequest,
    ToPhone,
)
from shuanglu.wire.signalling import (
    Answer,
    Bye,
    Hello,
    Offer,
    PhoneMessage,
    Ping,
    Pong,
    Sealed,
    ServerMessage,
    Welcome,
)
from shuanglu.wire.views import LiveStatus
from signalling.session_view import SessionView
from signalling.settings import SignallingSettings

M = TypeVar("M", bound=BaseModel)

_log = structlog.get_logger(__name__)


class Conversation:
    """Follows one session on behalf of one connection."""

    def __init__(
        self,
        *,
        session_id: str,
        connection_id: str,
        hand_overs: int,
        bus: Bus,
        settings: SignallingSettings,
        tell: Callable[[ServerMessage], None],
    ) -> None:
        self.session_id = session_id
        self._connection_id = connection_id
        self._hand_overs = hand_overs
        self._bus = bus
        self._settings = settings
        self._tell = tell
        self._subscriptions: list[Subscription] = []
        self._greeted = asyncio.Event()
        self._closed = False
        self._load: LoadReply | None = None
        self._view: SessionView | None = None

    async def open(self) -> None:
        """Follow the session, then load it, so that nothing falls between.

        Raises what the bus raises, and ``HandedOverError`` for a token of before a hand-over.
        """
        await self._follow(f"timeline.{self.session_id}", Committed, self._event_committed)
        await self._follow(f"phone.{self.session_id}", ToPhone, self._for_the_phone)
        load = await self._bus.request(
            "session.load",
            LoadRequest(session_id=self.session_id),
            LoadReply,
            timeout_s=self._settings.load_timeout_s,
        )
        view = SessionView(load, self._bus)
        if view.hand_overs > self._hand_overs:
            raise HandedOverError("the session goes on in another browser")
        self._load, self._view = load, view

    async def _follow(
        self, subject: str, message: type[M], handler: Callable[[M], Awaitable[None]]
    ) -> None:
        # One by one: whoever is cancelled between two must still be able to end the first.
        self._subscriptions.append(await self._bus.subscribe(subject, message, handler))

    async def greet(self) -> None:
        """Say welcome, and again what a phone that was away may have missed."""
        load, view = self._opened()
        welcome = Welcome(
            connection_id=self._connection_id,
            session=load.customer,
            ice_servers=self._settings.ice_servers,
            live=await self._status(view),
        )
        self._tell(welcome)
        if view.verdict is not None:
            self._tell(view.verdict)
        if load.customer.receipt is not None:
            self._tell(Sealed(receipt=load.customer.receipt))
        self._greeted.set()

    async def answer(self, message: PhoneMessage) -> None:
        """Do what the phone asks; raises ``ShuangluError`` to have it refused."""
        match message:
            case Ping(sent_ms=sent_ms):
                self._tell(Pong(sent_ms=sent_ms))
            case Hello():
                raise ConflictError("this connection has said hello already")
            case Offer(sdp=sdp):
                await self._offer(sdp)
            case _:
                request = InputRequest(
                    session_id=self.session_id,
                    connection_id=self._connection_id,
                    message=message,
                )
                await self._bus.request(
                    "media.input", request, Done, timeout_s=self._settings.input_timeout_s
                )

    async def close(self) -> None:
        """Stop following, and tell the worker that the phone is gone. Idempotent."""
        if self._closed:
            return
        self._closed = True
        # A message may be waiting for the greeting that never comes: let it end.
        self._greeted.set()
        for subscription in self._subscriptions:
            await subscription.close()
        if self._load is None:
            return  # it never got as far as being anybody's phone
        left = Left(session_id=self.session_id, connection_id=self._connection_id)
        await self._bus.publish("media.left", left)

    async def _offer(self, sdp: str) -> None:
        _, view = self._opened()
        view.require_media_allowed()
        request = OfferRequest(
            session_id=self.session_id, connection_id=self._connection_id, sdp=sdp
        )
        reply = await self._bus.request(
            "media.offer", request, OfferReply, timeout_s=self._settings.offer_timeout_s
        )
        self._tell(Answer(sdp=reply.sdp))

    async def _status(self, view: SessionView) -> LiveStatus:
        if view.is_closed:
            return view.status()  # no worker need load a record that is finished
        try:
            reply = await self._bus.request(
                "media.status",
                StatusRequest(session_id=self.session_id),
                StatusReply,
                timeout_s=self._settings.status_timeout_s,
            )
        except ShuangluError as error:
            _log.info("status told from the timeline", code=error.code)
            return view.status()
        return reply.live

    def _opened(self) -> tuple[LoadReply, SessionView]:
        if self._load is None or self._view is None:
            raise ConflictError("the session is not loaded yet")
        return self._load, self._view

    async def _event_committed(self, message: Committed) -> None:
        await self._greeted.wait()
        if self._view is not None and not self._closed:
            await self._view.committed(message)
            if self._view.hand_overs > self._hand_overs:
                self._tell(Bye(reason="handed_over"))

    async def _for_the_phone(self, message: ToPhone) -> None:
        await self._greeted.wait()
        if not self._closed:
            self._tell(message.message)
