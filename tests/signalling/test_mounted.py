"""Signalling mounted on the real server, over the real bus and a real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import DummyCookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from server.app import create_app
from server.auth.models import StaffMember
from server.auth.repository import StaffRepository
from server.scripts.library import publish_scripts
from server.storage import migrate
from server.storage.engine import Database
from shuanglu.clock import ManualClock
from shuanglu.timeline.chain import verify_chain
from shuanglu.wire import bus as bus_wire
from shuanglu.wire import signalling as wire
from signalling import SignallingSettings, add_routes
from tests.server.stage import FIRST, FIRST_STAFF_ID, ORIGIN, Stage, StageParts, demo_script
from tests.signalling.far_end import WorkerFarEnd
from tests.signalling.phone import Phone


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    clock = ManualClock(datetime(2026, 11, 23, 8, 0, 0, tzinfo=UTC))
    url = f"sqlite+aiosqlite:///{tmp_path / 'server.db'}"
    await prepare(url, clock)
    parts = StageParts.build(url, tmp_path, clock)
    server = TestServer(whole_app(parts), host="127.0.0.1")
    async with TestClient(server, cookie_jar=DummyCookieJar()) as client:
        yield Stage(parts, server, client)
    await parts.bus.close()


async def prepare(url: str, clock: ManualClock) -> None:
    database = Database(url)
    await migrate.upgrade(database)
    await publish_scripts(database, [demo_script()], clock)
    async with database.write() as unit:
        member = StaffMember(FIRST_STAFF_ID, FIRST.username, "")
        await StaffRepository(unit.session).add(member, at=clock.now())
    await database.close()


def whole_app(parts: StageParts) -> web.Application:
    def mount(app: web.Application) -> None:
        settings = SignallingSettings(origins=(ORIGIN,))
        add_routes(app, settings, bus=parts.bus, token_key=parts.token_key, clock=parts.clock)

    return create_app(
        parts.settings,
        bus=parts.bus,
        objects=parts.objects,
        clock=parts.clock,
        token_key=parts.token_key,
        signing_key=parts.signing_key,
        extensions=(mount,),
    )


async def phone_of(stage: Stage) -> Phone:
    return Phone(await stage.client.ws_connect("/ws/v1/session", origin=ORIGIN))


async def events_of(stage: Stage, session_id: str, last: str) -> list[dict[str, Any]]:
    """The timeline, once its newest event is of that type."""
    request = bus_wire.ReadRequest(session_id=session_id)
    async with asyncio.timeout(5):
        while True:
            reply = await stage.parts.bus.request("timeline.read", request, bus_wire.ReadReply)
            if reply.events[-1].payload.type == last:
                return [event.model_dump(mode="json") for event in reply.events]
            await asyncio.sleep(0.01)


async def test_from_the_code_to_an_answered_offer(stage: Stage) -> None:
    worker = WorkerFarEnd(stage.parts.bus)
    await worker.start()
    session_id, token = await stage.join()
    phone = await phone_of(stage)
    welcome = await phone.hello(token)
    assert welcome.session.session_id == session_id
    await phone.send("offer", sdp="v=0")
    assert (await phone.receive(wire.Refused)).code == "not_allowed"
    consent = {"kind": "recording", "granted": True, "text": "我同意录音录像"}
    response = await stage.request("POST", "/api/v1/customer/consents", json=consent, token=token)
    assert response.status == 200
    await phone.send("offer", sdp="v=0")
    await phone.receive(wire.Answer)
    await phone.socket.close()
    events = await events_of(stage, session_id, "customer.disconnected")
    types = [event["payload"]["type"] for event in events]
    assert types[-3:] == ["customer.connected", "consent.recorded", "customer.disconnected"]
    verify_chain(events, session_id=session_id)


async def test_a_staff_cookie_is_no_customers_token(stage: Stage) -> None:
    phone = await phone_of(stage)
    await phone.send("hello", protocol=1, token=await stage.staff_cookie())
    assert (await phone.receive(wire.Bye)).reason == "not_authenticated"


async def test_a_session_without_a_worker_is_told_from_its_timeline(stage: Stage) -> None:
    _, token = await stage.join()
    welcome = await (await phone_of(stage)).hello(token)
    assert (welcome.live.phase, welcome.live.recording) == ("waiting", False)
    assert welcome.live.step_count == len(demo_script().steps)
