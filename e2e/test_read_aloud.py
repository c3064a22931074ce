"""The agent beside the customer reads a disclosure aloud: heard, ticked, asked for again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, expect

from demo.browser import phone
from demo.customer import SyntheticCustomer
from demo.server_process import ServerProcess
from demo.speech import Speech
from demo.staff import StaffClient
from demo.synthetic_microphone import install_microphone, play
from e2e.checks import accessible, fits, payloads, verified
from e2e.conftest import ASSETS, Look
from server.scripts.library import publish_scripts
from server.storage.engine import Database
from shuanglu.clock import SystemClock
from shuanglu.rules.reading import sentences
from shuanglu.script.model import Script, parse_script

AGENT = "zm_yunyang"
SAY = (
    "这是一款银行理财产品,不是存款。本产品不保证本金,也不保证收益。"
    "最不利的情况下,您可能亏损百分之二十。您有十五天的犹豫期。"
)
HEARD_WITHIN_MS = 40_000
"""The recogniser shares the machine with the browser, the camera and the observers."""


def read_script() -> Script:
    """One step that the agent reads, and the confirmation."""
    text = {"zh": "请听工作人员说明风险", "en": "Please listen to the agent"}
    base = {"clauses": ["REG-21"], "title": {"zh": "风险说明", "en": "Risks"}}
    confirm = {"zh": "请确认", "en": "Please confirm"}
    return parse_script(
        {
            "id": "zz-read-aloud",
            "version": 1,
            "title": {"zh": "柜台朗读", "en": "Read at the counter"},
            "institution": "演示银行",
            "voice": "zf_xiaoxiao",
            "minimum_assurance": "device_key_and_code",
            "retention_years": 5,
            "estimated_minutes": 1,
            "steps": [
                {
                    **base,
                    "id": "risk",
                    "kind": "disclosure",
                    "say": SAY,
                    "show": text,
                    "delivery": {"by": "agent"},
                },
                {
                    **base,
                    "id": "confirm",
                    "kind": "confirmation",
                    "say": "请确认。",
                    "show": confirm,
                },
            ],
        }
    )


async def _published(server: ServerProcess) -> str:
    script = read_script()
    database = Database(f"sqlite+aiosqlite:///{server.data_dir / 'shuanglu.db'}")
    try:
        await publish_scripts(database, [script], SystemClock())
    finally:
        await database.close()
    return script.id


@asynccontextmanager
async def _speaking(browser: Browser) -> AsyncIterator[Page]:
    """A phone whose microphone hears what the test lets somebody say."""
    async with phone(browser) as page:
        await install_microphone(page.context)
        yield page


async def _read(page: Page, *numbers: int) -> None:
    """These sentences, with the breath of a person between two."""
    speech = Speech(ASSETS / "said")
    texts = [sentences(SAY)[number - 1] for number in numbers]
    wav = await asyncio.to_thread(speech.row, texts, AGENT, pause_s=0.8)
    await page.wait_for_timeout(await play(page, wav) * 1000)


async def _ticked(page: Page, *numbers: int) -> None:
    for number in numbers:
        line = page.get_by_test_id(f"sentence-{number}")
        await expect(line).to_have_attribute("data-state", "heard", timeout=HEARD_WITHIN_MS)


async def test_what_the_agent_leaves_out_is_asked_for_again(
    server: ServerProcess, staff: StaffClient, browser: Browser, look: Look
) -> None:
    invitation = await staff.invite(script_id=await _published(server))
    hello = await asyncio.to_thread(Speech(ASSETS / "said").wav, "你好,听得到吗?", AGENT)
    async with _speaking(browser) as page:
        customer = SyntheticCustomer(page)
        await customer.join(invitation["url"])
        await expect(page.get_by_test_id("device-check")).to_be_visible(timeout=HEARD_WITHIN_MS)
        await play(page, hello)
        await customer.check_device()
        await customer.my_turn("risk")
        await look("reading-begins", page)
        await fits(page)
        await accessible(page)
        await _read(page, 1, 2, 4)
        await _ticked(page, 1, 2, 4)
        await expect(page.get_by_test_id("sentence-3")).to_have_attribute("data-state", "coming")
        await look("reading-ticked", page)
        await page.get_by_test_id("reading-done").tap()
        reading = page.get_by_test_id("reading")
        await expect(reading).to_have_attribute("data-state", "missing", timeout=HEARD_WITHIN_MS)
        await expect(reading).to_contain_text("第 3 句")
        await look("reading-missing", page)
        await fits(page)
        await accessible(page)
        await _read(page, 3)
        await customer.my_turn("confirm")
        assert await customer.next_step() == "confirm"
        await customer.receipt()
        assert await customer.outcome() == "complete"
    session = await staff.session(invitation["session_id"])
    heard = payloads(session, "reading.heard")
    assert [each["ends_round"] for each in heard].count(True) == 1
    assert all(each["evaluated"] for each in heard)
    assert {each["step_id"] for each in payloads(session, "prompt.started")} == {"confirm"}
    verified(await staff.package(invitation["session_id"]))
