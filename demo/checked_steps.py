"""The steps in which the customer is looked at: the identity card, and the challenges.

Stage: part of the synthetic customer. It sees what the page shows and has its body do what
is asked; it knows nothing that is not on the screen.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Error, Page

from demo.body import Body

LOOK_EVERY_MS = 80
CHECKED_STEP_TIMEOUT_S = 200.0
REPEAT_GESTURE_AFTER_S = 4.0
"""Who sees that a gesture was not seen makes it again."""
_SCREEN = """() => {
    const find = name => document.querySelector(`[data-testid="${name}"]`);
    const data = name => { const it = find(name); return it === null ? null : {...it.dataset}; };
    return {
        step: data("step"), card: data("card-frame"), challenge: data("challenge"),
        gesture: data("gesture"), digits: data("digits"),
        confirm: find("identity-confirm") !== null && !find("identity-confirm").disabled,
        editing: find("identity-name-field") !== null,
        flash_start: find("flash-start") !== null, flash_decline: find("flash-decline") !== null,
        staffed: find("staffed") !== null,
    };
}"""

Screen = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CardHolder:
    """What a customer types when the card could not be read."""

    name: str
    number: str


class CheckedSteps:
    """Goes through the identity and the liveness step."""

    def __init__(
        self, page: Page, body: Body, *, holder: CardHolder, declines_flash: bool = False
    ) -> None:
        self._page = page
        self._body = body
        self._holder = holder
        self._declines_flash = declines_flash

    async def show_card(self) -> None:
        """Until the step is over, or its next attempt begins."""
        held: str | None = None
        async for screen in _screens(self._page):
            card = screen["card"] or {}
            state, side = card.get("state"), card.get("side")
            if state == "aim" and side != held:
                self._body.hold_card(str(side))
                held = side
            elif state != "aim" and held is not None:
                self._body.put_card_away()
                held = None
            if screen["confirm"]:
                await self._confirm(editing=screen["editing"])
        self._body.put_card_away()

    async def show_paper(self) -> None:
        """Hold a paper to the camera until the step is over: the card will do for one."""
        self._body.hold_card("back")
        async for _ in _screens(self._page):
            pass
        self._body.put_card_away()

    async def _confirm(self, *, editing: bool) -> None:
        try:
            if editing:
                fill = self._page.get_by_test_id
                await fill("identity-name-field").fill(self._holder.name, timeout=2000)
                await fill("identity-number-field").fill(self._holder.number, timeout=2000)
            await self._page.get_by_test_id("identity-confirm").tap(timeout=2000)
        except Error:
            return  # the page moved on meanwhile; look again

    async def prove_alive(self) -> None:
        """Every challenge that is shown, until the step is over."""
        done: tuple[Any, ...] | None = None
        made_s = 0.0
        async for screen in _screens(self._page):
            challenge = screen["challenge"] or {}
            if challenge.get("state") != "show":
                continue
            gesture = screen["gesture"] or {}
            now = (challenge.get("challenge"), challenge["kind"], gesture.get("seen"))
            again = bool(gesture) and time.monotonic() - made_s > REPEAT_GESTURE_AFTER_S
            if now == done and not again:
                continue
            if await self._answer(challenge["kind"], screen):
                done, made_s = now, time.monotonic()

    async def _answer(self, kind: str, screen: Screen) -> bool:
        match kind:
            case "gestures" if screen["gesture"]:
                await self._body.gesture(screen["gesture"]["gesture"])
                return True
            case "digits" if screen["digits"]:
                await self._body.read_digits(self._page, screen["digits"]["digits"])
                return await self._tap("digits-done")
            case "flash" if screen["flash_start"]:
                declined = self._declines_flash and screen["flash_decline"]
                return await self._tap("flash-decline" if declined else "flash-start")
        return False

    async def _tap(self, testid: str) -> bool:
        try:
            await self._page.get_by_test_id(testid).tap(timeout=3000)
        except Error:
            return False
        return True


async def _screens(page: Page) -> Any:  # noqa: ANN401 - an async generator of what is seen
    """What is on the screen, again and again, until the step or its attempt is another."""
    first: Screen = await page.evaluate(_SCREEN)
    until = time.monotonic() + CHECKED_STEP_TIMEOUT_S
    while time.monotonic() < until:
        screen: Screen = await page.evaluate(_SCREEN)
        if _where(screen) != _where(first) or screen["staffed"]:
            return
        yield screen
        await page.wait_for_timeout(LOOK_EVERY_MS)
    raise AssertionError("the step did not end in time")


def _where(screen: Screen) -> tuple[Any, Any]:
    step = screen["step"] or {}
    return step.get("step"), step.get("attempt")
