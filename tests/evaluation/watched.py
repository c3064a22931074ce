"""One session in a real browser, and what the server's timeline says of it.

Stage: between a body and the staff API. It joins with the product's own page, plays its part,
and reads alerts with the server's own time stamps, on this machine's one clock.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from playwright.async_api import Page, Playwright

from demo.body import Body
from demo.browser import launch, phone
from demo.customer import SyntheticCustomer
from demo.id_card import Citizen
from demo.media_assets import fake_microphone
from demo.staff import StaffClient
from tests.evaluation.people import ASSETS

BITRATE_SCRIPT = """(() => {
    const original = RTCRtpSender.prototype.setParameters;
    RTCRtpSender.prototype.setParameters = function (parameters) {
        for (const encoding of parameters.encodings ?? []) {
            if (this.track?.kind === "video") encoding.maxBitrate = __BPS__;
        }
        return original.call(this, parameters);
    };
})()"""


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert of a timeline; times are seconds of this machine's clock."""

    name: str
    raised_s: float
    detail: str | None
    severity: str


@dataclass(frozen=True)
class Told:
    """What a timeline says."""

    events: list[dict[str, Any]]
    origin_s: float

    def payloads(self, kind: str) -> list[dict[str, Any]]:
        """Payloads of one type, in order."""
        return [e["payload"] for e in self.events if e["payload"]["type"] == kind]

    @property
    def alerts(self) -> list[Alert]:
        """Every alert that was raised, in order."""
        return [
            Alert(p["alert"], _seconds(e["recorded_at"]), p.get("detail"), p["severity"])
            for e in self.events
            if (p := e["payload"])["type"] == "alert.raised"
        ]


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


async def told(staff: StaffClient, session_id: str) -> Told:
    """The timeline as it is now."""
    events = (await staff.session(session_id))["events"]
    started = [
        e["payload"]["origin"] for e in events if e["payload"]["type"] == "recording.started"
    ]
    return Told(events, _seconds(started[0]) if started else 0.0)


@dataclass(frozen=True)
class Joined:
    """A customer whose script runs."""

    customer: SyntheticCustomer
    page: Page
    session_id: str


@asynccontextmanager
async def joined(  # one phone, one session
    playwright: Playwright,
    staff: StaffClient,
    body: Body,
    camera_file: Path,
    *,
    citizen: Citizen,
    script_id: str,
    video_bps: int | None = None,
) -> AsyncIterator[Joined]:
    """A browser of its own, joined and with the device checked."""
    invitation = await staff.invite(customer_name=citizen.name, script_id=script_id)
    microphone = fake_microphone(ASSETS)
    browser = await launch(playwright, camera=camera_file, microphone=microphone)
    try:
        async with phone(browser, body=body) as page:
            if video_bps is not None:
                await page.add_init_script(BITRATE_SCRIPT.replace("__BPS__", str(video_bps)))
            customer = SyntheticCustomer(page, body=body, citizen=citizen)
            await customer.join(invitation["url"])
            await customer.check_device()
            yield Joined(customer, page, str(invitation["session_id"]))
    finally:
        await browser.close()


async def settled(staff: StaffClient, session_id: str, *, quiet_s: float = 2.5) -> Told:
    """The timeline after nothing more is to be expected of what just happened."""
    await asyncio.sleep(quiet_s)
    return await told(staff, session_id)


def now_s() -> float:
    """Of the clock that the server stamps with."""
    return time.time()
