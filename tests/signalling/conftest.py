"""A real server with signalling, a real bus, and the bus's far end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse
from aiohttp.test_utils import TestClient, TestServer

from backing.bus import InProcessBus
from backing.tokens import CUSTOMER_AUDIENCE, Role, TokenKey
from shuanglu.clock import SystemClock
from signalling import SignallingSettings, create_app
from tests.script.scripts import opening
from tests.signalling.far_end import TimelineFarEnd, WorkerFarEnd
from tests.signalling.phone import Phone

ORIGIN = "https://record.example"
SECRET = b"a test secret of thirty-two bytes"
SESSION = "ses_T"


@dataclass
class Site:
    """Everything of one test."""

    client: TestClient[Any, Any]
    bus: InProcessBus
    timeline: TimelineFarEnd
    worker: WorkerFarEnd
    token_key: TokenKey

    def token(self, session_id: str = SESSION, *, lifetime_s: float = 60) -> str:
        return self.token_key.issue(
            session_id, Role.CUSTOMER, session_id, lifetime_s, CUSTOMER_AUDIENCE
        )

    async def socket(self, **options: Any) -> ClientWebSocketResponse:
        socket: ClientWebSocketResponse = await self.client.ws_connect(
            "/ws/v1/session", origin=ORIGIN, **options
        )
        return socket

    async def phone(self) -> Phone:
        return Phone(await self.socket())


SiteMaker = Callable[..., Awaitable[Site]]


@pytest.fixture
async def make_site() -> AsyncIterator[SiteMaker]:
    sites: list[Site] = []

    async def make(**changes: Any) -> Site:
        bus, clock = InProcessBus(), SystemClock()
        token_key = TokenKey(SECRET, clock=clock)
        settings = SignallingSettings(origins=(ORIGIN,), **changes)
        app = create_app(settings, bus=bus, token_key=token_key, clock=clock)
        timeline, worker = TimelineFarEnd(bus), WorkerFarEnd(bus)
        await timeline.start()
        await worker.start()
        await timeline.commit(SESSION, opening())
        client = TestClient(TestServer(app))
        await client.start_server()
        site = Site(client, bus, timeline, worker, token_key)
        sites.append(site)
        return site

    yield make
    for site in sites:
        await site.client.close()
        site.worker.held.set()
        await site.bus.close()


@pytest.fixture
async def site(make_site: SiteMaker) -> Site:
    return await make_site()
