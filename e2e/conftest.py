"""A real server, a real browser, a fake face: shared by the whole run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from demo.body import OwnBody, camera_path
from demo.browser import launch, phone
from demo.camera import Scene
from demo.customer import SyntheticCustomer
from demo.demo_customer import make_body
from demo.id_card import Citizen
from demo.kept_speech import served
from demo.media_assets import fake_camera, fake_microphone
from demo.publishing import publish
from demo.server_process import ServerProcess
from demo.staff import RENEWAL, WHOLE_SALE, StaffClient
from demo.switched_camera import SwitchedCamera
from e2e.checks import accessible, fits
from e2e.contacts import Contacts
from embedded.settings import EmbeddedSettings
from embedded.staff_command import give_login
from shuanglu.script.templates import demonstrations

Look = Callable[[str, Page], Awaitable[None]]
ASSETS = Path(__file__).parents[1] / "tests" / "artifacts"
SHOTS = Path(__file__).parent / "artifacts"
KEPT_SPEECH = ASSETS / "speech"
DESK = ViewportSize(width=1366, height=768)


MOST_SALES = 3
SHORT = {
    "opening": "您好,本次将全程录音录像。",
    "risk": "产品不保本,也不保证收益。",
    "not-a-deposit": "您清楚吗?请回答清楚或者不清楚。",
    "prospectus": "请读到说明书最后一页。",
    "signature": "请签名,脸留在画面里。",
    "confirmation": "最后,请您核对并且确认。",
}
"""What the known customer's sale says, in a sentence each: for tests of everything but speech."""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One server for the run; the rendered speech is kept between runs."""
    process = ServerProcess(tmp_path_factory.mktemp("server") / "data")
    with served(process, KEPT_SPEECH):
        yield process


@pytest.fixture(scope="session")
async def staff(server: ServerProcess) -> AsyncIterator[StaffClient]:
    async with StaffClient(server.origin) as client:
        await client.login(*server.first_login())
        yield client


@pytest.fixture(scope="session")
async def reader(server: ServerProcess) -> AsyncIterator[StaffClient]:
    """The second pair of eyes, by HTTP."""
    settings = EmbeddedSettings.model_validate({"data_dir": server.data_dir})
    password = await give_login(settings, "second-eyes")
    async with StaffClient(server.origin) as client:
        await client.login("second-eyes", password)
        yield client


@pytest.fixture(scope="session")
async def short_sale(staff: StaffClient, reader: StaffClient) -> str:
    """The id of the known customer's sale, said in few words."""
    (script,) = (each for each in demonstrations() if each.id == RENEWAL)
    steps = tuple(step.model_copy(update={"say": SHORT[step.id]}) for step in script.steps)
    changed = {"id": f"zz-{script.id}-short", "scenario": None, "steps": steps}
    short = script.model_copy(update=changed)
    await publish(staff, reader, short)
    return short.id


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    camera, microphone = fake_camera(ASSETS), fake_microphone(ASSETS)
    async with async_playwright() as playwright:
        chromium = await launch(playwright, camera=camera, microphone=microphone)
        yield chromium
        await chromium.close()


@pytest.fixture(scope="session")
def camera(tmp_path_factory: pytest.TempPathFactory) -> SwitchedCamera:
    """What stands before the lens of ``watched``, changed while it runs."""
    folder: Path = tmp_path_factory.mktemp("camera")
    switched = SwitchedCamera(folder / "camera.y4m", ASSETS)
    switched.prepare(*Scene)
    return switched


@pytest.fixture(scope="session")
async def watched(camera: SwitchedCamera) -> AsyncIterator[Browser]:
    """A browser whose camera the test changes."""
    microphone = fake_microphone(ASSETS)
    async with async_playwright() as playwright:
        chromium = await launch(playwright, camera=camera.path, microphone=microphone)
        yield chromium
        await chromium.close()


async def _logged_in(address: str, browser: Browser, login: tuple[str, str], shows: str) -> Page:
    """An office page on a desk that shows ``shows`` once somebody has logged in."""
    context = await browser.new_context(viewport=DESK, locale="zh-CN", accept_downloads=True)
    page = await context.new_page()
    username, password = login
    await page.goto(address)
    await page.get_by_test_id("login-username").fill(username)
    await page.get_by_test_id("login-password").fill(password)
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id(shows)).to_be_visible()
    return page


@pytest.fixture
async def office(server: ServerProcess, browser: Browser) -> AsyncIterator[Page]:
    """The office page on a desk, logged in."""
    address = f"{server.origin}/office/"
    page = await _logged_in(address, browser, server.first_login(), "session-new")
    yield page
    await page.context.close()


@pytest.fixture
async def writer(server: ServerProcess, browser: Browser) -> AsyncIterator[Page]:
    """The desk of somebody who writes scripts."""
    address = f"{server.origin}/office/#/scripts"
    page = await _logged_in(address, browser, server.first_login(), "scripts-new")
    yield page
    await page.context.close()


@pytest.fixture
async def second_reader(server: ServerProcess, browser: Browser) -> AsyncIterator[Page]:
    """The desk of the second pair of eyes."""
    settings = EmbeddedSettings.model_validate({"data_dir": server.data_dir})
    login = ("reader", await give_login(settings, "reader"))
    page = await _logged_in(f"{server.origin}/office/#/scripts", browser, login, "scripts-new")
    yield page
    await page.context.close()


@pytest.fixture(scope="session")
def look() -> Look:
    """Keeps a screenshot of a screen under ``e2e/artifacts``."""

    async def shoot(name: str, page: Page) -> None:
        SHOTS.mkdir(exist_ok=True)
        await page.screenshot(path=SHOTS / f"{name}.png")

    return shoot


@dataclass(frozen=True)
class RecordedSale:
    """A sale that a synthetic customer went through, and how it looked from the phone."""

    number: str
    outcome: str
    session: dict[str, Any]
    package: bytes
    page_errors: tuple[str, ...]
    contacts: Contacts


@pytest.fixture(scope="session")
async def living(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[Browser, OwnBody]]:
    """A browser before a living customer, who turns, blinks, speaks and holds up a card."""
    body = make_body(camera_path(tmp_path_factory.mktemp("living")), ASSETS)
    microphone = fake_microphone(ASSETS)
    with body.camera:
        async with async_playwright() as playwright:
            chromium = await launch(playwright, camera=body.camera.path, microphone=microphone)
            yield chromium, body
            await chromium.close()


@pytest.fixture(scope="session")
async def recorded_sale(
    server: ServerProcess, staff: StaffClient, living: tuple[Browser, OwnBody], look: Look
) -> RecordedSale:
    """One whole job, every screen kept, checked by axe and for width.

    A puppet whose pictures come late on a busy machine is handed to a person, as a customer
    would be: then the sale is begun once more, from a new invitation.
    """
    for _ in range(MOST_SALES):
        sale = await _sale(server, staff, living, look)
        if sale is not None:
            return sale
    raise AssertionError("a person was called every time")


async def _sale(
    server: ServerProcess, staff: StaffClient, living: tuple[Browser, OwnBody], look: Look
) -> RecordedSale | None:
    """``None``: a person was called."""
    living_browser, body = living
    invitation = await staff.invite(customer_name=Citizen().name, script_id=WHOLE_SALE)
    errors: list[str] = []

    async def inspect(name: str, page: Page) -> None:
        await look(f"phone-{name}", page)
        await fits(page)
        await accessible(page)

    with Contacts(server.pid) as contacts:
        async with phone(living_browser, body=body) as page:
            page.on("pageerror", lambda error: errors.append(str(error)))
            customer = SyntheticCustomer(page, look=inspect, body=body)
            try:
                number = await customer.go_through(invitation["url"])
            except AssertionError:
                if await page.get_by_test_id("staffed").is_visible():
                    return None
                raise
            outcome = await customer.outcome()
    session_id = invitation["session_id"]
    session = await staff.session(session_id)
    package = await staff.package(session_id)
    return RecordedSale(number, outcome, session, package, tuple(errors), contacts)
