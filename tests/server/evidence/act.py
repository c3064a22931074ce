"""Acts a session on a real server: the worker's part told to the timeline, the rest over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from server import app_keys
from server.evidence.contents import object_key
from server.evidence.stretch_objects import StretchKeys
from shuanglu.clock import ManualClock
from shuanglu.script.verdict import judge
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Actor, Event, EventDraft
from tests.evidence.authenticator import Authenticator
from tests.evidence.packing import draft_of
from tests.evidence.performance import Performance
from tests.server.stage import Stage

BASE = "/api/v1/customer"
DEADLINE_S = 20.0


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait for a condition, with a deadline."""
    async with asyncio.timeout(DEADLINE_S):
        while not await holds():  # noqa: ASYNC110 - the condition is behind HTTP
            await asyncio.sleep(0.01)


class SessionAct:
    """One session, from the joined customer to the sealed record."""

    def __init__(self, stage: Stage, session_id: str, token: str) -> None:
        self.stage = stage
        self.session_id = session_id
        self.token = token
        self.performance = Performance(session_id=session_id)
        self._told = 0

    @classmethod
    async def joined(cls, stage: Stage) -> SessionAct:
        return cls(stage, *(await stage.join()))

    @property
    def clock(self) -> ManualClock:
        return self.stage.parts.clock

    @property
    def step(self) -> dict[str, Any]:
        return {"step_id": self.performance.script.steps[-1].id, "attempt": 1}

    async def post(self, path: str, body: Any = None, **more: Any) -> Any:
        return await self.stage.request(
            "POST", BASE + path, json=body, **{"token": self.token, **more}
        )

    async def events(self) -> tuple[Event, ...]:
        return await self.stage.app[app_keys.TIMELINE].read(self.session_id)

    async def types(self) -> list[str]:
        return [event.payload.type for event in await self.events()]

    async def append(self, *payloads: ev.Payload) -> None:
        drafts = [
            EventDraft.model_validate({"actor": Actor.SYSTEM, "payload": payload})
            for payload in payloads
        ]
        await self.stage.app[app_keys.TIMELINE].append(self.session_id, drafts)

    # --- the worker's part ------------------------------------------------------------------

    async def until_signature(self) -> None:
        """Everything before the signature; its step awaits the customer."""
        await self._begin()
        for step in self.performance.script.steps[1:]:
            attempt = 2 if step.id == "risk" else 1
            if step.kind == "signature":
                self.performance.begin(step, attempt)
                break
            self.performance.step(step, attempt)
        await self.tell()

    async def until_confirmation(self) -> None:
        """Everything before the confirmation; its step awaits the customer."""
        await self._begin()
        for step in self.performance.script.steps[1:-1]:
            self.performance.step(step, 2 if step.id == "risk" else 1)
        self.performance.begin(self.performance.script.steps[-1], 1)
        await self.tell()

    async def _begin(self) -> None:
        performance = self.performance
        performance.join()
        self._told = 3  # created, invited and redeemed by the server itself
        performance.record()
        performance.step(performance.script.steps[0])
        performance.interrupt()

    async def tell(self) -> None:
        """What was performed since: media and objects into the store, then the events."""
        await self.save_segments()
        for named, data in self.performance.objects.items():
            key = object_key(self.session_id, named)
            await self.stage.parts.objects.put(key, data, content_type="application/json")
        drafts = [draft_of(event) for event in self.performance.events[self._told :]]
        self._told = len(self.performance.events)
        lag_ms = (self.performance.now - self.clock.now()).total_seconds() * 1000
        self.clock.advance(ms=max(0.0, lag_ms))
        await self.stage.app[app_keys.TIMELINE].append(self.session_id, drafts)

    async def save_segments(self) -> None:
        for media in self.performance.stretches:
            keys = StretchKeys(self.session_id, media.number)
            await self.put(keys.header, media.header)
            for stored in media.stored:
                await self.put(keys.segment(stored.segment), media.segment(stored.segment))

    async def save_journals(self) -> None:
        for media in self.performance.stretches:
            await self.put(StretchKeys(self.session_id, media.number).journal, media.journal)

    async def put(self, key: str, data: bytes) -> None:
        await self.stage.parts.objects.put(key, data, content_type="application/octet-stream")

    async def finish(self, *, save_journals: bool = True) -> None:
        """The last step completed, the media ended, the verdict given."""
        performance = self.performance
        performance.complete(performance.script.steps[-1].id, 1)
        performance.end_stretch("finished")
        if save_journals:
            await self.save_journals()
        await self.tell()
        await self.append(judge(performance.script, await self.events()))

    # --- the customer's part ------------------------------------------------------------------

    async def register(self, authenticator: Authenticator) -> Any:
        options = await (await self.post("/credentials/webauthn/options")).json()
        credential = authenticator.create(options["options"])
        return await self.post("/credentials/webauthn", {"credential": credential})

    async def statement(self) -> dict[str, Any]:
        response = await self.post("/statement", self.step)
        assert response.status == 200, await response.text()
        found: dict[str, Any] = await response.json()
        return found

    async def confirm(self, statement: dict[str, Any], **fields: Any) -> Any:
        body = {**self.step, "statement_sha256": statement["statement_sha256"], **fields}
        return await self.post("/confirmation", body)

    async def confirmed(self, authenticator: Authenticator | None = None) -> None:
        """Registered, issued, signed."""
        authenticator = authenticator or Authenticator()
        assert (await self.register(authenticator)).status == 201
        statement = await self.statement()
        assertion = authenticator.get(statement["webauthn_options"])
        response = await self.confirm(statement, webauthn=assertion)
        assert response.status == 204, await response.text()

    async def sealed(self) -> str:
        """The whole session; returns the record number."""
        await self.until_confirmation()
        await self.confirmed()
        await self.finish()
        return await self.record_number()

    async def record_number(self) -> str:
        summary: dict[str, Any] = {}

        async def is_sealed() -> bool:
            response = await self.stage.staff("GET", f"/api/v1/sessions/{self.session_id}")
            summary.update((await response.json())["summary"])
            return bool(summary["phase"] == "sealed")

        await until(is_sealed)
        return str(summary["record_number"])
