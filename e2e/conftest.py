"""A real server, a real browser, a fake face: shared by the whole run."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright

from demo.browser import launch
from demo.media_assets import fake_camera, fake_microphone
from demo.server_process import ServerProcess
from demo.staff import StaffClient

ASSETS = Path(__file__).parents[1] / "tests" / "artifacts"
SHOTS = Path(__file__).parent / "artifacts"
KEPT_SPEECH = ASSETS / "speech"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One server for the run; the rendered speech is kept between runs."""
    process = ServerProcess(tmp_path_factory.mktemp("server") / "data")
    _copy_speech(KEPT_SPEECH, process.data_dir)
    process.start()
    _copy_speech(process.data_dir, KEPT_SPEECH)
    yield process
    process.stop()


def _copy_speech(source: Path, target: Path) -> None:
    for part in ("prompts", "objects/prompts"):
        if (source / part).exists():
            shutil.copytree(source / part, target / part, dirs_exist_ok=True)


@pytest.fixture(scope="session")
async def staff(server: ServerProcess) -> AsyncIterator[StaffClient]:
    async with StaffClient(server.origin) as client:
        await client.login(*server.first_login())
        yield client


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    camera, microphone = fake_camera(ASSETS), fake_microphone(ASSETS)
    async with async_playwright() as playwright:
        chromium = await launch(playwright, camera=camera, microphone=microphone)
        yield chromium
        await chromium.close()


@pytest.fixture
def look() -> Callable[[str, Page], Awaitable[None]]:
    """Keeps a screenshot of a screen under ``e2e/artifacts``."""

    async def shoot(name: str, page: Page) -> None:
        SHOTS.mkdir(exist_ok=True)
        await page.screenshot(path=SHOTS / f"{name}.png")

    return shoot
