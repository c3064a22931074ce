"""A phone: a real WebSocket client that speaks the protocol, or anything else."""

from __future__ import annotations

import asyncio
import json
from typing import Any, TypeVar

from aiohttp import ClientWebSocketResponse, WSMsgType

from shuanglu.wire.signalling import ServerMessage, Welcome, server_message_adapter

S = TypeVar("S")
DEADLINE_S = 5.0


class Phone:
    """One connection."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket

    async def send(self, message_type: str, **fields: Any) -> None:
        await self.socket.send_str(json.dumps({"type": message_type, **fields}))

    async def send_raw(self, frame: str | bytes) -> None:
        """Send a text or a binary frame as it is."""
        if isinstance(frame, bytes):
            await self.socket.send_bytes(frame)
        else:
            await self.socket.send_str(frame)

    async def hello(self, token: str) -> Welcome:
        await self.send("hello", protocol=1, token=token)
        return await self.receive(Welcome)

    async def next(self) -> ServerMessage:
        """The next message; fails when the connection ended instead."""
        frame = await self.socket.receive(timeout=DEADLINE_S)
        assert frame.type is WSMsgType.TEXT, f"connection ended: {frame}"
        return server_message_adapter.validate_json(frame.data)

    async def receive(self, kind: type[S]) -> S:
        """The next message, which must be of this kind."""
        message = await self.next()
        assert isinstance(message, kind), message
        return message

    async def ended(self) -> int | None:
        """Read to the end; the code that the connection was closed with."""
        async with asyncio.timeout(DEADLINE_S):
            while not self.socket.closed:
                await self.socket.receive()
        return self.socket.close_code
