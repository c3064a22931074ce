"""``make demo``: a synthetic customer goes through the whole job on the running server.

Watch it on the office page meanwhile. It logs in as ``demo``, a staff member that it makes on
this machine; the record stays to be explored.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from aiohttp import ClientError
from playwright.async_api import Page, async_playwright
from rich.console import Console

from demo.body import camera_path
from demo.browser import launch, phone
from demo.customer import SyntheticCustomer
from demo.demo_customer import make_body
from demo.media_assets import fake_microphone
from demo.staff import WHOLE_SALE, StaffClient
from embedded.settings import EmbeddedSettings
from embedded.staff_command import give_login

USERNAME = "demo"
WORDS = {
    "invitation": "opened the invitation · 打开邀请",
    "consent": "reads the two consents · 阅读两项同意",
    "get-ready": "gets ready · 准备",
    "device-check": "checks the device · 检查设备",
    "signature": "signs by hand · 手写签名",
    "statement": "reads the statement · 核对内容",
    "receipt": "has the receipt · 收到回执",
}


async def main() -> int:
    """Exit status 0 when the record is complete."""
    console = Console(highlight=False, soft_wrap=True)
    settings = EmbeddedSettings()
    origin = f"http://localhost:{settings.http_port}"
    try:
        async with StaffClient(origin) as staff:
            await staff.get("/readyz")
            await staff.login(USERNAME, await give_login(settings, USERNAME))
            return await _go_through(origin, staff, console, settings.data_dir / "demo")
    except ClientError as error:
        console.print(f"no server answers at {origin} ({type(error).__name__}).")
        console.print("start it first in another terminal: make run · 请先在另一终端运行 make run")
        return 1


async def _go_through(origin: str, staff: StaffClient, console: Console, assets: Path) -> int:
    console.print("making face and voice · 准备人像与语音")
    body = await asyncio.to_thread(make_body, camera_path(assets), assets)
    microphone = await asyncio.to_thread(fake_microphone, assets)
    invitation = await staff.invite(customer_name="演示客户", script_id=WHOLE_SALE)
    # The link may lead phones to another origin; this browser is on this machine.
    code = invitation["url"].partition("#")[2]
    console.print(f"watch · 观看: {origin}/office/#/sessions/{invitation['session_id']}")

    async def tell(name: str, _page: Page) -> None:
        console.print(f"  the customer · 客户: {WORDS.get(name, name.replace('step-', '环节 '))}")

    with body.camera:
        async with async_playwright() as playwright:
            browser = await launch(playwright, camera=body.camera.path, microphone=microphone)
            async with phone(browser, body=body) as page:
                customer = SyntheticCustomer(page, look=tell, body=body)
                number = await customer.go_through(f"{origin}/c/#{code}")
                outcome = await customer.outcome()
            await browser.close()
    package = assets / f"{number}.zip"
    await asyncio.to_thread(package.write_bytes, await staff.package(invitation["session_id"]))
    console.print(f"{outcome}: {number}")
    console.print(f"package · 证据包: {package}  →  .venv/bin/shuanglu verify {package}")
    return 0 if outcome == "complete" else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
