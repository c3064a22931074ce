"""A synthetic customer: does on the phone's page what a co-operative person would do.

Stage: outside everything; it sees only the screen. It never calls the API.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from itertools import count

from playwright.async_api import Error, Locator, Page, expect

from demo.body import Body
from demo.checked_steps import CardHolder, CheckedSteps
from demo.handwriting import Stroke, can_write, scribbled, written
from demo.id_card import Citizen

POINTS_SKIPPED = 2
STEP_TIMEOUT_MS = 60_000
NO_MORE_QUESTIONS = "我没有别的问题了,谢谢您。"
TAP_TIMEOUT_MS = 5_000
HEARD_TIMEOUT_MS = 8_000
SAID_AT_MOST = 2
_HEARD_OR_OVER = """() => {
    const listening = document.querySelector("[data-testid=listening]");
    return listening === null || ["heard", "noted"].includes(listening.dataset.state);
}"""
_OVER = """() => {
    const listening = document.querySelector("[data-testid=listening]");
    return listening === null || listening.dataset.state === "noted";
}"""
Look = Callable[[str, Page], Awaitable[None]]


async def look_away(_name: str, _page: Page) -> None:
    """Takes no screenshot."""


class SyntheticCustomer:
    """Drives one phone page from the invitation to the receipt."""

    def __init__(
        self,
        page: Page,
        *,
        look: Look = look_away,
        one_time_code: Callable[[], Awaitable[str]] | None = None,
        body: Body | None = None,
        citizen: Citizen | None = None,
        declines_flash: bool = False,
        is_elder: bool = False,
        patience_s: float = 0.0,
    ) -> None:
        self.page = page
        self._is_elder = is_elder
        self._patience_s = patience_s
        self._body = body
        who = citizen or Citizen()
        self._holder = CardHolder(who.name, who.number)
        self._declines_flash = declines_flash
        self._look = look
        self._one_time_code = one_time_code

    async def go_through(self, url: str) -> str:
        """The whole job; returns the record number on the receipt."""
        await self.join(url)
        await self.check_device()
        while await self.next_step() is not None:
            pass
        return await self.receipt()

    def hand_over(self, body: Body) -> None:
        """From now on another holds the phone."""
        self._body = body

    # --- before the script ---

    async def join(self, url: str) -> None:
        """From the link to an allowed camera."""
        await self.join_until_camera(url)
        await self._tap("allow-camera")

    async def join_until_camera(self, url: str) -> None:
        """From the link to the question for the camera."""
        await self.page.goto(url)
        await self._seen("invitation")
        if self._is_elder:
            await self._tap("elder-on")
            await self._look("elder-invitation", self.page)
            await self._tap("page-next")
            await self._look("elder-invitation-2", self.page)
        await self._tap("invitation-next")
        await self._seen("consent")
        await self._tap("consent-recording")
        if self._is_elder:
            await self._tap("page-next")
            await self._look("elder-consent-2", self.page)
        await self._tap("consent-face")
        await self._tap("consent-next")
        await self._seen("get-ready")
        if self._is_elder:
            await self._tap("page-next")
            await self._look("elder-get-ready-2", self.page)

    async def check_device(self) -> None:
        """Says something, and hears the test sound; the picture passes by itself."""
        await self._seen("device-check")
        if self._body is not None:
            await self._body.say(self.page, "你好,听得到吗?")
        await self._tap("play-test-sound")
        await self._tap("sound-heard")

    # --- the script ---

    async def next_step(self) -> str | None:
        """Do the step on the screen; its id, or nothing where the script is over for him."""
        step = self.page.get_by_test_id("step")
        over = self.page.get_by_test_id("done").or_(self.page.get_by_test_id("staffed"))
        await expect(step.or_(over).first).to_be_visible(timeout=STEP_TIMEOUT_MS)
        if await over.is_visible():
            return None
        step_id = await step.get_attribute("data-step") or ""
        attempt = await step.get_attribute("data-attempt") or ""
        kind = await step.get_attribute("data-kind") or ""
        await self.do_step(kind, step_id)
        await self._step_left(step_id, attempt)
        return step_id

    async def do_step(self, kind: str, step_id: str) -> None:  # noqa: C901 - one case a kind of step
        """What a co-operative customer does in it; a disclosure only has to be heard."""
        if kind in {"disclosure", "document", "identity"}:  # done while a voice still asks to
            await self._look(f"step-{step_id}", self.page)
            if kind == "document":
                await self.read()
            elif kind == "identity":
                await self._looked_at().show_card()
            return
        await self.my_turn(step_id)
        match kind:
            case "question" | "consent" | "summary":
                await self.answer()
            case "questionnaire":
                await self.fill_in()
            case "talk":
                await self.talk()
            case "show":
                await self._looked_at().show_paper()
            case "liveness":
                await self._looked_at().prove_alive()
            case "signature":
                await self.sign()
            case "confirmation":
                await self.confirm()

    async def my_turn(self, step_id: str) -> None:
        """Waits until the step awaits the customer."""
        turn = self.page.locator(
            f'[data-testid="step"][data-step="{step_id}"][data-awaiting="true"]'
        )
        await expect(turn).to_be_visible(timeout=STEP_TIMEOUT_MS)
        await self._look(f"step-{step_id}", self.page)

    async def answer(self, choice: str | None = None, words: str | None = None) -> None:
        """Say it; tap it as well, unless the words alone were enough. The first, if none is named.

        Without a body the fake microphone speaks all the time: wait until it was heard, then tap.
        Who has patience first sees whether the words were enough, as the page says.
        """
        if choice is None:
            button = self.page.locator('[data-testid^="choice-"]').first
        else:
            button = self.page.get_by_test_id(f"choice-{choice}")
        if self._body is None:
            await self.page.wait_for_function(_HEARD_OR_OVER, timeout=STEP_TIMEOUT_MS)
        else:
            await self._say(self._body, words or f"{await button.inner_text()}。")
        if await self._are_enough():
            return
        try:
            await button.tap(timeout=TAP_TIMEOUT_MS)
        except Error:  # the words were enough: the button is gone, or no longer to be tapped
            if await button.count() and await button.is_enabled():
                raise

    async def _say(self, body: Body, words: str) -> None:
        """Once more, where the page shows that nothing was heard; then he taps, as it says."""
        for _ in range(SAID_AT_MOST):
            await body.say(self.page, words)
            try:
                await self.page.wait_for_function(_HEARD_OR_OVER, timeout=HEARD_TIMEOUT_MS)
            except Error:
                continue
            return

    async def _are_enough(self) -> bool:
        """Whether the words that were said decide within the time that he waits."""
        if not self._patience_s:
            return False
        try:
            await self.page.wait_for_function(_OVER, timeout=self._patience_s * 1000)
        except Error:
            return False
        return True

    async def fill_in(self, options: Sequence[str] = ()) -> None:
        """Answer every question of a questionnaire: with these options, or the last of each."""
        done = self.page.get_by_test_id("questionnaire-done")
        number = self.page.get_by_test_id("questionnaire-number")
        for at in count():
            await expect(done.or_(number).first).to_be_visible(timeout=STEP_TIMEOUT_MS)
            if await done.is_visible():
                break
            was = await number.inner_text()
            await self._option(options[at] if options else None).tap()
            await expect(number.filter(has_text=was)).to_have_count(0, timeout=STEP_TIMEOUT_MS)
        await self._look("questionnaire-review", self.page)
        await done.tap()

    def _option(self, option: str | None) -> Locator:
        if option is not None:
            return self.page.get_by_test_id(f"option-{option}")
        return self.page.locator('[data-testid^="option-"]').last

    async def talk(self) -> None:
        """Say something, and that it is over."""
        if self._body is not None:
            await self._body.say(self.page, NO_MORE_QUESTIONS)
        await self._tap("talk-done")

    def _looked_at(self) -> CheckedSteps:
        if self._body is None:
            raise AssertionError("this script asks for a face; the customer has no body")
        return CheckedSteps(
            self.page, self._body, holder=self._holder, declines_flash=self._declines_flash
        )

    async def read(self) -> None:
        """Page after page to the end."""
        done = self.page.get_by_test_id("document-done")
        onward = self.page.get_by_test_id("document-next")
        while True:
            await expect(done.or_(onward).first).to_be_visible(timeout=STEP_TIMEOUT_MS)
            page = self.page.get_by_test_id("document-page")
            await page.evaluate("element => element.scrollIntoView({ block: 'end' })")
            button = done if await done.is_visible() else onward
            await expect(button).to_be_enabled(timeout=STEP_TIMEOUT_MS)
            await button.tap()
            if button is done:
                return

    async def sign(self) -> None:
        """The name on the card, written on the pad; a scribble where the hand does not know it."""
        pad = self.page.get_by_test_id("signature-pad")
        await pad.scroll_into_view_if_needed()
        box = await pad.bounding_box()
        if box is None:
            raise AssertionError("the signature pad has no size")
        name = self._holder.name
        size_px = min(box["height"] * 0.7, box["width"] * 0.8 / len(name))
        left, top = box["x"] + box["width"] * 0.08, box["y"] + box["height"] * 0.15
        hand = written if can_write(name) else _scribble
        for stroke in hand(name, size_px=size_px):
            await self._draw([(left + x, top + y) for x, y in stroke])
        await self._look("signature", self.page)
        await self._tap("signature-done")

    async def _draw(self, stroke: Stroke) -> None:
        """One stroke; a finger is told of a few times in each, not at every point."""
        mouse, (first, *rest) = self.page.mouse, stroke
        await mouse.move(*first)
        await mouse.down()
        for point in [*rest[POINTS_SKIPPED :: POINTS_SKIPPED + 1], stroke[-1]]:
            await mouse.move(*point)
        await mouse.up()

    async def confirm(self) -> None:
        """Sign the statement."""
        await self.prepare_to_confirm()
        await self._tap("confirm")

    async def prepare_to_confirm(self) -> None:
        """Make the key with a first tap if there is none yet; the statement is then shown."""
        prepare = self.page.get_by_test_id("register-key")
        statement = self.page.get_by_test_id("statement")
        await expect(prepare.or_(statement).first).to_be_visible(timeout=STEP_TIMEOUT_MS)
        if await prepare.is_visible():
            await prepare.tap()
        await self._seen("statement")
        if self._one_time_code is not None:
            await self.page.get_by_test_id("one-time-code").fill(await self._one_time_code())

    async def receipt(self) -> str:
        """Waits for the sealed record; its number."""
        sealed = self.page.locator('[data-testid="done"][data-sealed="true"]')
        await expect(sealed).to_be_visible(timeout=STEP_TIMEOUT_MS)
        await self._look("receipt", self.page)
        return await self.page.get_by_test_id("record-number").inner_text()

    async def outcome(self) -> str:
        """complete, needs_review or incomplete, as the phone shows it."""
        return await self.page.get_by_test_id("done").get_attribute("data-outcome") or ""

    # --- hands and eyes ---

    async def _seen(self, testid: str) -> None:
        await expect(self.page.get_by_test_id(testid)).to_be_visible(timeout=STEP_TIMEOUT_MS)
        await self._look(testid, self.page)

    async def _tap(self, testid: str) -> None:
        button = self.page.get_by_test_id(testid)
        await expect(button).to_be_enabled(timeout=STEP_TIMEOUT_MS)
        await button.tap()

    async def _step_left(self, step_id: str, attempt: str) -> None:
        same = f'[data-testid="step"][data-step="{step_id}"][data-attempt="{attempt}"]'
        await expect(self.page.locator(same)).to_have_count(0, timeout=STEP_TIMEOUT_MS)


def _scribble(_name: str, *, size_px: float) -> list[Stroke]:
    return scribbled("wave", size_px=size_px)
