"""What a synthetic customer has besides eyes and fingers: a face, a voice, an identity card.

Stage: between what the page asks for and the fake devices. An attacker is another body: it
answers the same questions with a photo, a recording or somebody else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from playwright.async_api import Page

from demo import synthetic_microphone
from demo.film import Clip
from demo.live_camera import LiveCamera
from demo.speech import Speech, openings, spoken_digits
from demo.subject import LivePerson, Subject

_EYES = """(() => {
    let last = null;
    const look = () => {
        const shown = document.querySelector("[data-testid=flash]");
        const colour = shown === null ? null : shown.dataset.flash;
        if (colour === last) return;
        last = colour;
        window.syntheticEyes(colour);
    };
    new MutationObserver(look).observe(document, {
        subtree: true, childList: true, attributes: true, attributeFilter: ["data-flash"],
    });
})()"""
"""Tells which colour the whole screen shows, as soon as it does."""
PAUSE_BEFORE_SPEAKING_S = 0.4


class Body(Protocol):
    """What the page can ask of whoever holds the phone."""

    async def attach(self, page: Page) -> None:
        """Before the page is opened."""

    async def say(self, page: Page, text: str) -> None:
        """Returns when it was said."""

    async def read_digits(self, page: Page, digits: str) -> None:
        """Returns when they were read."""

    async def gesture(self, name: str) -> None:
        """Returns when it was made."""

    def hold_card(self, side: str) -> None:
        """That side of the card before the camera."""

    def put_card_away(self) -> None:
        """The face again."""


class OwnBody:
    """A living person, alone, with his own card."""

    def __init__(
        self,
        camera: LiveCamera,
        person: LivePerson,
        *,
        speech: Speech,
        voice: str,
        cards: dict[str, Subject],
    ) -> None:
        self.camera = camera
        self.person = person
        self.speech = speech
        self.voice = voice
        self.cards = cards
        self.eyes: Callable[[str | None], None] = self.flashed
        """Who sees the colour of the screen; another's, while another holds the phone."""

    async def attach(self, page: Page) -> None:
        """The microphone, and eyes that see the screen's colour."""
        await synthetic_microphone.install_microphone(page.context)

        def see(_source: Any, colour: str | None) -> None:  # noqa: ANN401 - as Playwright has it
            self.eyes(colour)

        await page.expose_binding("syntheticEyes", see)
        await page.add_init_script(_EYES)

    def flashed(self, colour: str | None) -> None:
        """The screen's light falls on whatever is before it."""
        self.camera.screen(colour)

    async def rehearse(self, texts: Sequence[str]) -> None:
        """Have these words ready, and the voice for what comes unasked: a person need not think."""
        await asyncio.to_thread(self.speech.ready, self.voice)
        for text in texts:
            await asyncio.to_thread(self.speech.wav, text, self.voice)

    async def say(self, page: Page, text: str) -> None:
        """Aloud, the mouth moving with it."""
        await self.speak(page, await asyncio.to_thread(self.speech.wav, text, self.voice))

    async def speak(self, page: Page, wav: bytes) -> None:
        """Play it, and move the mouth."""
        await page.wait_for_timeout(PAUSE_BEFORE_SPEAKING_S * 1000)
        length_s = await synthetic_microphone.play(page, wav)
        self.person.mouth(openings(wav))
        await page.wait_for_timeout(length_s * 1000)

    async def read_digits(self, page: Page, digits: str) -> None:
        """One by one."""
        row = self.speech.row
        await self.speak(page, await asyncio.to_thread(row, spoken_digits(digits), self.voice))

    async def gesture(self, name: str) -> None:
        """As the clip has it."""
        await asyncio.sleep(self.person.do(Clip(name)))

    def hold_card(self, side: str) -> None:
        """At a hand's distance; the face is behind it."""
        self.camera.show(self.cards[side])

    def put_card_away(self) -> None:
        """The face again."""
        self.camera.show(self.person)


def camera_path(folder: Path) -> Path:
    """Where the live camera's file lies: Chromium is given it when it starts."""
    return folder / "live-camera.y4m"
