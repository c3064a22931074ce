"""Ten seconds without any network, and observers that die: the record goes on."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from demo.browser import launch, phone
from demo.customer import STEP_TIMEOUT_MS, SyntheticCustomer
from demo.kept_speech import served
from demo.media_assets import fake_camera, fake_microphone
from demo.server_process import ServerProcess
from demo.staff import StaffClient
from e2e.checks import accessible, fits, on_step, payloads, stored_ms, verified
from e2e.conftest import ASSETS, KEPT_SPEECH, Look
from e2e.network import PhoneNetwork, phone_network
from shuanglu.errors import UnavailableError

OUTAGE_MS = 10_000
MOST_LOST_MS = 2000
"""At most this much media from before the loss is missing."""
MOST_LATE_MS = 500
"""Media on its way when the network went; clocks of two processes read one after the other."""
BACK_WITHIN_MS = 12_000
"""Signalling backs off for at most 8 s; then connecting and the first picture."""
OBSERVERS_DOWN_S = 6.0
OBSERVER_MODULE = b"media_worker.observe.process"


@pytest.fixture(scope="module")
def network() -> Iterator[PhoneNetwork]:
    try:
        with phone_network() as made:
            yield made
    except UnavailableError as error:
        pytest.skip(f"no network namespaces here: {error.detail}")


@pytest.fixture(scope="module")
def lan_server(
    network: PhoneNetwork, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    """A server that the phone reaches only over its own network, by HTTPS."""
    environment = {
        "SHUANGLU_EMBEDDED_HOST_NAME": network.host_address,
        "SHUANGLU_EMBEDDED_INVITATIONS_TO": "phone",
        "SHUANGLU_EMBEDDED_RTC_ADDRESSES": f'["{network.host_address}"]',
    }
    folder = tmp_path_factory.mktemp("lan")
    server = ServerProcess(folder / "data", environment=environment)
    with served(server, KEPT_SPEECH) as process:
        yield process


@pytest.fixture(scope="module")
async def lan_browser(
    network: PhoneNetwork, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Browser]:
    program = network.browser_script(tmp_path_factory.mktemp("browser"))
    camera, microphone = fake_camera(ASSETS), fake_microphone(ASSETS)
    async with async_playwright() as playwright:
        chromium = await launch(playwright, camera=camera, microphone=microphone, program=program)
        yield chromium
        await chromium.close()


@dataclass(frozen=True, slots=True)
class _Outage:
    """What was seen while the network was away."""

    began_at: datetime
    stored_before_ms: int
    lasted_ms: float


async def test_ten_seconds_without_network(
    network: PhoneNetwork, lan_server: ServerProcess, lan_browser: Browser, look: Look
) -> None:
    async with StaffClient(lan_server.origin) as staff, _phone(lan_browser) as page:
        await staff.login(*lan_server.first_login())
        invitation = await staff.invite(customer_name="慕容复")
        customer = SyntheticCustomer(page)
        await customer.join(invitation["url"])
        await customer.check_device()
        await on_step(page, "opening")
        outage = await _lose(network.down, network.up, page, look)
        await on_step(page, "opening", attempt=2)
        await customer.next_step()
        session = await staff.session(invitation["session_id"])
    _the_outage_is_told(session, outage, "opening")


@pytest.mark.slow
async def test_a_swallowing_network_and_dead_observers_still_end_complete(
    network: PhoneNetwork, lan_server: ServerProcess, lan_browser: Browser, look: Look
) -> None:
    async with StaffClient(lan_server.origin) as staff, _phone(lan_browser) as page:
        await staff.login(*lan_server.first_login())
        invitation = await staff.invite(customer_name="慕容复")

        async def read_out() -> str:
            return str((await staff.session(invitation["session_id"]))["one_time_code"])

        customer = SyntheticCustomer(page, one_time_code=read_out)
        await customer.join(invitation["url"])
        await customer.check_device()
        assert await customer.next_step() == "opening"
        await on_step(page, "risk")
        outage = await _lose(network.swallow, network.deliver, page, look)
        await on_step(page, "risk", attempt=2)
        assert await customer.next_step() == "risk"
        await _kill_the_observers(lan_server, page)
        while await customer.next_step() is not None:
            pass
        await customer.receipt()
        assert await customer.outcome() == "complete"
        session = await staff.session(invitation["session_id"])
        verified(await staff.package(invitation["session_id"]))
    _the_outage_is_told(session, outage, "risk")
    _the_dead_observers_are_told(session)


def _phone(browser: Browser) -> AbstractAsyncContextManager[Page]:
    """Without passkeys: the server has only an address in that network."""
    return phone(browser, authenticator=False)


async def _lose(
    lose: Callable[[], None], restore: Callable[[], None], page: Page, look: Look
) -> _Outage:
    stored_before_ms = await stored_ms(page)
    began_at, began_s = datetime.now(UTC), time.monotonic()
    lose()
    await _interrupted(page, "away")
    await look(f"phone-interrupted-{lose.__name__}", page)
    await fits(page)
    await asyncio.sleep(max(0.0, began_s + OUTAGE_MS / 1000 - time.monotonic()))
    restore()
    lasted_ms = (time.monotonic() - began_s) * 1000
    await _interrupted(page, "back")
    await look("phone-interrupted-back", page)
    await accessible(page)
    return _Outage(began_at, stored_before_ms, lasted_ms)


async def _interrupted(page: Page, state: str) -> None:
    screen = page.locator(f'[data-testid="interrupted"][data-state="{state}"]')
    await expect(screen).to_be_visible(timeout=STEP_TIMEOUT_MS)


def _the_outage_is_told(session: dict[str, Any], outage: _Outage, step_id: str) -> None:
    (gap,) = payloads(session, "media.gap")
    assert gap["reason"] == "disconnected"
    (started,) = payloads(session, "recording.started")
    since_origin = outage.began_at - datetime.fromisoformat(started["origin"])
    began_ms = since_origin / timedelta(milliseconds=1)
    assert began_ms - MOST_LOST_MS <= gap["from_ms"] <= began_ms + MOST_LATE_MS
    assert gap["from_ms"] >= outage.stored_before_ms
    back_ms = began_ms + outage.lasted_ms
    assert back_ms <= gap["to_ms"] <= back_ms + BACK_WITHIN_MS
    stretches = payloads(session, "stretch.begun")
    ended = payloads(session, "stretch.ended")
    assert gap["from_ms"] == ended[0]["end_ms"]
    assert gap["to_ms"] == stretches[1]["start_ms"]
    failed = [(p["step_id"], p["reason"]) for p in payloads(session, "step.failed")]
    assert failed == [(step_id, "interrupted")]


async def _kill_the_observers(server: ServerProcess, page: Page) -> None:
    """Again and again, so that their quick return does not hide it; recording goes on."""
    before_ms = await stored_ms(page)
    until_s = time.monotonic() + OBSERVERS_DOWN_S
    while time.monotonic() < until_s:
        for process in _observers(server):
            with suppress(ProcessLookupError):  # it has just ended by itself
                os.kill(process, signal.SIGKILL)
        await asyncio.sleep(0.2)
    assert await stored_ms(page) >= before_ms + (OBSERVERS_DOWN_S * 1000 - 2 * MOST_LOST_MS)


def _observers(server: ServerProcess) -> list[int]:
    """Child processes of the server that observe (Linux proc)."""
    children = Path(f"/proc/{server.pid}/task").glob("*/children")
    found = [int(child) for file in children for child in file.read_text().split()]
    return [pid for pid in found if OBSERVER_MODULE in _command_line(pid)]


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def _the_dead_observers_are_told(session: dict[str, Any]) -> None:
    for fact in ("faces", "sound"):
        values = [p["value"] for p in payloads(session, "observation.changed") if p["fact"] == fact]
        lost = values.index("not_evaluated")
        assert set(values[lost + 1 :]) - {"not_evaluated"}, f"{fact} was never evaluated again"
    raised = {p["alert"] for p in payloads(session, "alert.raised")}
    ended = {p["alert"] for p in payloads(session, "alert.ended")}
    assert {"observer_down", "sound_not_observed"} <= raised & ended
