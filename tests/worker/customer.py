"""A customer's page without a page: real WebRTC to the worker, messages over the bus."""

from __future__ import annotations

import asyncio
from typing import Any

from backing.bus.interface import Subscription
from shuanglu.script.runner import RunPhase
from shuanglu.timeline.events import PlaybackProof
from shuanglu.wire import bus as wire
from shuanglu.wire import signalling as page
from tests.evidence.authenticator import Authenticator
from tests.media.phone import SendingPhone
from tests.worker.studio import DEADLINE_S, PROMPT_PACKETS, Studio

GOOD = PlaybackProof(
    packets_received=PROMPT_PACKETS,
    samples_emitted=PROMPT_PACKETS * 960,
    samples_concealed=0,
    audio_energy=0.1,
    element_paused=False,
    element_muted=False,
    element_volume=1,
    page_hidden_ms=0,
)
BASE = "/api/v1/customer"


class Customer:
    """One customer; ``proof`` is what the phone says of every prompt (``None``: nothing)."""

    def __init__(self, studio: Studio, session_id: str, token: str) -> None:
        self.studio = studio
        self.session_id = session_id
        self.token = token
        self.proof: PlaybackProof | None = GOOD
        self.phones: list[SendingPhone] = []
        self.told: list[page.ServerMessage] = []
        self._subscription: Subscription | None = None

    @classmethod
    async def joined(cls, studio: Studio) -> Customer:
        """Agreed to everything, and connected to be told."""
        customer = cls(studio, *(await studio.joined()))
        bus = studio.stage.parts.bus
        customer._subscription = await bus.subscribe(
            f"phone.{customer.session_id}", wire.ToPhone, customer._hear
        )
        return customer

    async def _hear(self, told: wire.ToPhone) -> None:
        self.told.append(told.message)
        match told.message:
            case page.PromptEndedNotice(step_id=step_id, attempt=attempt) if self.proof:
                proof = page.PromptProof(step_id=step_id, attempt=attempt, proof=self.proof)
                await self.send(proof)

    def heard(self, kind: type[page.ServerMessage]) -> list[Any]:
        return [message for message in self.told if isinstance(message, kind)]

    async def send(self, message: wire.PhoneInput) -> None:
        request = wire.InputRequest(
            session_id=self.session_id, connection_id="con_T", message=message
        )
        await self.studio.stage.parts.bus.request("media.input", request, wire.Done)

    async def offer(self, *, connect: bool = True) -> SendingPhone:
        phone = SendingPhone(self.studio.media)
        self.phones.append(phone)
        request = wire.OfferRequest(
            session_id=self.session_id, connection_id="con_T", sdp=await phone.offer()
        )
        bus = self.studio.stage.parts.bus
        reply = await bus.request("media.offer", request, wire.OfferReply, timeout_s=DEADLINE_S)
        if connect:
            await phone.answered(reply.sdp)
        return phone

    async def close(self) -> None:
        await asyncio.gather(*(phone.close() for phone in self.phones))
        if self._subscription is not None:
            await self._subscription.close()

    # --- steps of the small script --------------------------------------------------------

    async def device_checked(self) -> None:
        await self.send(
            page.DeviceCheckedReport(
                microphone_peak_dbfs=-12,
                loudspeaker_confirmed=True,
                brightness=0.5,
                width_px=320,
                height_px=240,
            )
        )

    async def turn(self, step_id: str) -> int:
        """Wait until that step awaits the customer; its attempt."""
        state = await self.studio.until_state(
            self.session_id,
            lambda s: (s.phase, s.step_id) == (RunPhase.AWAITING, step_id),
        )
        return state.attempt

    async def on_air(self) -> SendingPhone:
        phone = await self.offer()
        await self.device_checked()
        return phone

    async def answer(self, choice: str = "yes") -> None:
        attempt = await self.turn("ask")
        await self.send(page.AnswerTap(step_id="ask", attempt=attempt, choice=choice))

    async def read(self) -> None:
        attempt = await self.turn("paper")
        step = self.studio.script.step("paper")
        await self.send(
            page.DocumentReadReport(
                step_id="paper",
                attempt=attempt,
                document_sha256=step.document_sha256,  # type: ignore[union-attr]
                page_seen_ms=(1000,),
            )
        )

    async def sign(self) -> Any:
        attempt = await self.turn("sign")
        stroke = [{"x": 0.1 * n, "y": 0.5, "t_ms": 50 * n, "pressure": 0.5} for n in range(10)]
        body = {
            "step_id": "sign",
            "attempt": attempt,
            "strokes": [stroke],
            "width_px": 300,
            "height_px": 150,
        }
        return await self.post("/signature", body)

    async def confirm(self) -> Any:
        step = {"step_id": "confirm", "attempt": await self.turn("confirm")}
        authenticator = Authenticator()
        options = await (await self.post("/credentials/webauthn/options")).json()
        credential = authenticator.create(options["options"])
        await self.post("/credentials/webauthn", {"credential": credential})
        statement = await (await self.post("/statement", step)).json()
        assertion = authenticator.get(statement["webauthn_options"])
        signed = {"statement_sha256": statement["statement_sha256"], "webauthn": assertion}
        return await self.post("/confirmation", {**step, **signed})

    async def post(self, path: str, body: Any = None) -> Any:
        return await self.studio.stage.request("POST", BASE + path, json=body, token=self.token)
