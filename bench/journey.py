"""How long the customer waits: from the allowed camera to stored media, and for the verdict.

Both are measured on the phone's page in Chromium, against an embedded server in a process
of its own on this machine. They are times a person sees, not times inside the server.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright, expect

from bench import customer_page
from demo.browser import launch, phone
from demo.customer import STEP_TIMEOUT_MS, SyntheticCustomer
from demo.media_assets import fake_camera, fake_microphone
from demo.server_process import ServerProcess
from demo.staff import StaffClient

ASSETS = Path(__file__).parents[1] / "tests" / "artifacts"
JOINS = 5
WHOLE_JOBS = 3
JOIN_TARGET_MS = 2000
VERDICT_TARGET_MS = 1000
_STORED = """() => {
  const strip = document.querySelector('[data-testid="status-strip"]');
  return strip !== null && Number(strip.dataset.storedMs) > 0;
}"""


def run() -> list[dict[str, Any]]:
    """``join_to_first_segment_ms`` and ``verdict_ms``, medians; ``customer_js_gzip_kb``."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = ServerProcess(Path(folder) / "data")
        server.start()
        try:
            joins, verdicts, scripts = asyncio.run(_measure(server))
        finally:
            server.stop()
    return [
        _figure("join_to_first_segment_ms", joins, JOIN_TARGET_MS),
        _figure("verdict_ms", verdicts, VERDICT_TARGET_MS),
        customer_page.figure(scripts),
    ]


def _figure(name: str, runs_ms: list[float], target_ms: int) -> dict[str, Any]:
    median_ms = round(statistics.median(runs_ms))
    return {
        "name": name,
        "value": median_ms,
        "unit": "ms",
        "target": f"<= {target_ms}",
        "holds": median_ms <= target_ms,
        "details": {"runs_ms": [round(ms) for ms in runs_ms]},
    }


async def _measure(server: ServerProcess) -> tuple[list[float], list[float], dict[str, int]]:
    camera, microphone = fake_camera(ASSETS), fake_microphone(ASSETS)
    async with StaffClient(server.origin) as staff, async_playwright() as playwright:
        await staff.login(*server.first_login())
        browser = await launch(playwright, camera=camera, microphone=microphone)
        joined = [await _join(staff, browser) for _ in range(JOINS)]
        verdicts = [await _verdict(staff, browser) for _ in range(WHOLE_JOBS)]
        await browser.close()
    return [ms for ms, _ in joined], verdicts, joined[0][1]


async def _join(staff: StaffClient, browser: Browser) -> tuple[float, dict[str, int]]:
    invitation = await staff.invite()
    async with phone(browser) as page:
        fetched = customer_page.FetchedScripts(page)
        await SyntheticCustomer(page).join_until_camera(invitation["url"])
        await page.wait_for_load_state("networkidle")
        scripts = fetched.gzip_bytes()
        started = time.perf_counter()
        await page.get_by_test_id("allow-camera").tap()
        await page.wait_for_function(_STORED, timeout=STEP_TIMEOUT_MS, polling=10)
        return (time.perf_counter() - started) * 1000, scripts


async def _verdict(staff: StaffClient, browser: Browser) -> float:
    invitation = await staff.invite()
    async with phone(browser) as page:
        customer = SyntheticCustomer(page)
        await customer.join(invitation["url"])
        await customer.check_device()
        while not await _is_last(page):
            await customer.next_step()
        await customer.prepare_to_confirm()
        started = time.perf_counter()
        await page.get_by_test_id("confirm").tap()
        await expect(page.get_by_test_id("done")).to_be_visible(timeout=STEP_TIMEOUT_MS)
        return (time.perf_counter() - started) * 1000


async def _is_last(page: Page) -> bool:
    step = page.get_by_test_id("step")
    await expect(step).to_be_visible(timeout=STEP_TIMEOUT_MS)
    return await step.get_attribute("data-kind") == "confirmation"
