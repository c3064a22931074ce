"""What every screen and every package is held to."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import Any

import av
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from demo.customer import STEP_TIMEOUT_MS
from shuanglu.evidence.package import ZipPackage
from shuanglu.evidence.report import Report
from shuanglu.evidence.verification import verify

# Resolves when nothing moves any more: two frames in a row without a running animation that ends.
# A level meter never rests, so it is waited for no longer than a screen takes to fade.
_SETTLED = """async () => {
    const until = performance.now() + 1500;
    const frame = () => new Promise(requestAnimationFrame);
    const moving = () => document.getAnimations().filter(
        one => one.playState === "running" && one.effect.getComputedTiming().endTime < 60000);
    for (let still = 0; still < 2 && performance.now() < until; still += 1) {
        await frame();
        if (moving().length > 0) still = -1;
    }
}"""


async def accessible(page: Page) -> None:
    """axe-core finds nothing (WCAG 2 A and AA, best practices), once nothing fades in or out."""
    await page.evaluate(_SETTLED)
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


async def fits(page: Page) -> None:
    """Nothing is cut off at the side."""
    over = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert over <= 0, f"{over} px too wide"


# Of what is seen: the smallest text and the smallest thing to touch, with what it is.
_SMALLEST = """() => {
    const seen = element => {
        const box = element.getBoundingClientRect();
        const style = getComputedStyle(element);
        return box.width > 1 && box.height > 1 && style.visibility !== "hidden"
            && !element.closest(".sl-hidden, [inert], [aria-hidden=true]");
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const sizes = [];
    while (texts.nextNode()) {
        const { parentElement, textContent } = texts.currentNode;
        if (textContent.trim() && parentElement.tagName !== "OPTION" && seen(parentElement)) {
            const px = parseFloat(getComputedStyle(parentElement).fontSize);
            sizes.push([px, textContent.trim().slice(0, 20)]);
        }
    }
    const touched = "button, select, input, a[href], [role=switch]";
    const targets = [...document.querySelectorAll(touched)].filter(seen).map(element => {
        const box = element.getBoundingClientRect();
        const px = Math.round(Math.min(box.width, box.height));
        return [px, element.textContent.trim().slice(0, 20)];
    });
    const least = rows => rows.reduce((a, b) => (b[0] < a[0] ? b : a), [Infinity, ""]);
    return { text: least(sizes), target: least(targets) };
}"""
ELDER_LEAST_TEXT_PX = 18
ELDER_LEAST_TARGET_PX = 60


async def large_enough(page: Page) -> None:
    """In elder mode nothing is too small to be read or to be hit (REG-33)."""
    smallest = await page.evaluate(_SMALLEST)
    assert smallest["text"][0] >= ELDER_LEAST_TEXT_PX, smallest
    assert smallest["target"][0] >= ELDER_LEAST_TARGET_PX, smallest


async def focus_is_on_the_title(page: Page) -> None:
    """A screen reader begins at the new screen's title."""
    await expect(page.locator("h1")).to_be_focused()


async def on_step(page: Page, step_id: str, attempt: int = 1) -> None:
    """The phone shows this attempt of this step."""
    step = f'[data-testid="step"][data-step="{step_id}"][data-attempt="{attempt}"]'
    await expect(page.locator(step)).to_be_visible(timeout=STEP_TIMEOUT_MS)


async def guided(page: Page, code: str, *, within_s: float = 10.0) -> None:
    """Nothing is wrong but, at times, that this camera is a film of eight seconds, as it is."""
    codes = [code] if code else ["", "picture_looped"]
    wanted = ",".join(f'[data-testid="guidance"][data-code="{each}"]' for each in codes)
    await expect(page.locator(wanted)).to_be_attached(timeout=within_s * 1000)


async def stored_ms(page: Page) -> int:
    """Milliseconds of media that the status strip says are saved."""
    strip = page.get_by_test_id("status-strip")
    return int(await strip.get_attribute("data-stored-ms") or 0)


def verified(package: bytes) -> Report:
    """A sceptic's verification; fails with the step that fails."""
    report = verify(ZipPackage(io.BytesIO(package)), pinned_key=None)
    assert report.passed, report.model_dump_json(indent=1)
    return report


def payloads(session: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Payloads of one type from a session's timeline, in order."""
    found = [event["payload"] for event in session["events"]]
    return [payload for payload in found if payload["type"] == kind]


def screen_lines(session: dict[str, Any], package: bytes) -> str:
    """The whole screen recording in a package: rrweb events, one a line, in order."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        pieces = [
            archive.read(f"screen/{stored['piece_sha256']}.jsonl.gz")
            for stored in payloads(session, "screen.stored")
        ]
    return b"".join(gzip.decompress(piece) for piece in pieces).decode()


def decoded_frames(stretch: bytes) -> tuple[int, int]:
    """How many video and audio frames an ordinary decoder gets out of a stretch."""
    counts = {"video": 0, "audio": 0}
    with av.open(io.BytesIO(stretch), "r") as container:
        for frame in container.decode():
            counts["video" if isinstance(frame, av.VideoFrame) else "audio"] += 1
    return counts["video"], counts["audio"]
