"""A Chromium with a fake camera, a fake microphone and a virtual authenticator.

Stage: what a synthetic customer holds in its hand. Everything in it is a real browser's;
only what is in front of the lens, the microphone and the fingerprint sensor is made.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page, Playwright

from demo.body import Body

PHONE_WIDTH_PX, PHONE_HEIGHT_PX = 390, 844
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=user-gesture-required",
)


def chromium_path() -> str:
    """Debian's Chromium or Chrome; raises ``FileNotFoundError`` saying what to install."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    raise FileNotFoundError("no Chromium found; install chromium (not as a snap) or google-chrome")


async def launch(
    playwright: Playwright, *, camera: Path, microphone: Path, program: Path | None = None
) -> Browser:
    """Start the browser, headless; ``program`` starts it elsewhere, as in another network."""
    return await playwright.chromium.launch(
        executable_path=program or chromium_path(),
        args=[
            *_QUIET,
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={camera}",
            f"--use-file-for-fake-audio-capture={microphone}",
        ],
    )


@asynccontextmanager
async def phone(
    browser: Browser,
    *,
    width_px: int = PHONE_WIDTH_PX,
    height_px: int = PHONE_HEIGHT_PX,
    authenticator: bool = True,
    body: Body | None = None,
) -> AsyncIterator[Page]:
    """A page on an emulated phone, in Chinese; with ``body``, whoever holds it."""
    context = await browser.new_context(
        viewport={"width": width_px, "height": height_px},
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
        locale="zh-CN",
        permissions=["camera", "microphone"],
        ignore_https_errors=True,
    )
    try:
        page = await context.new_page()
        if authenticator:
            await add_authenticator(context, page)
        if body is not None:
            await body.attach(page)
        yield page
    finally:
        await context.close()


async def add_authenticator(context: BrowserContext, page: Page) -> None:
    """A platform authenticator that verifies its user (Chrome DevTools Protocol, WebAuthn)."""
    session = await context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    await session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


async def set_hidden(page: Page, *, hidden: bool) -> None:
    """Tell the page that the phone is locked, or unlocked.

    Playwright keeps every page focused and visible, so another page in front or a minimised
    window hides nothing: the document's two properties and its event are set instead.
    """
    await page.evaluate(
        """hidden => {
            const state = hidden ? "hidden" : "visible";
            for (const [name, value] of [["hidden", hidden], ["visibilityState", state]]) {
                Object.defineProperty(document, name, { configurable: true, value });
            }
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )
