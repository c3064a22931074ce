"""Two staff members who write and read scripts, and a voice for the worker that is not there."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import Any

from aiohttp import ClientResponse

from backing.bus import Subscription
from server import app_keys
from server.auth.models import StaffMember
from server.auth.repository import StaffRepository
from shuanglu.wire.bus import SpeechRequest
from shuanglu.wire.scripts import SpeechView, StepSpeech
from tests.server.stage import Stage

SCRIPT_ID = "bank-wealth-demo"
SECOND_STAFF_ID = "stf_000000000SECOND"
DRAFTS = "/api/v1/script-drafts"


def shipped_text(*, version: int = 3, minutes: int = 7) -> str:
    """The demonstration script's own YAML, under another number."""
    folder = resources.files("shuanglu.script") / "templates"
    text = (folder / f"{SCRIPT_ID}.yaml").read_text("utf-8")
    lines = text.splitlines(keepends=True)
    for at, line in enumerate(lines):
        if line.startswith("version:"):
            lines[at] = f"version: {version}\n"
        if line.startswith("estimated_minutes:"):
            lines[at] = f"estimated_minutes: {minutes}\n"
    return "".join(lines)


class Voice:
    """Serves ``speech.prepare`` as a worker would, with an answer that a test decides."""

    def __init__(self) -> None:
        self.answer = SpeechView(
            state="ready",
            steps=(StepSpeech(step_id="opening", audio_sha256="0" * 64, duration_ms=1000),),
        )
        self.asked: list[str] = []

    async def prepare(self, request: SpeechRequest) -> SpeechView:
        self.asked.append(request.script.id)
        return self.answer


@dataclass
class ScriptDesk:
    """The stage, with a writer (the first staff member) and a reader (the second)."""

    stage: Stage
    voice: Voice
    served: Subscription
    reader: str

    @classmethod
    async def open(cls, stage: Stage) -> ScriptDesk:
        voice = Voice()
        served = await stage.parts.bus.serve("speech.prepare", SpeechRequest, voice.prepare)
        member = StaffMember(SECOND_STAFF_ID, "reader", "")
        async with stage.app[app_keys.DATABASE].write() as unit:
            now = stage.parts.clock.now()
            await StaffRepository(unit.session).add(member, at=now)
            logins = stage.app[app_keys.LOGINS]
            token = (await logins.begin(unit, member, method="password")).token
        return cls(stage, voice, served, token)

    async def write(self, path: str, body: Any = None, *, method: str = "POST") -> ClientResponse:
        """As the writer."""
        return await self.stage.staff(method, path, json=body)

    async def read(self, path: str, body: Any = None, *, method: str = "POST") -> ClientResponse:
        """As the reader."""
        return await self.stage.request(method, path, json=body, cookie=self.reader)

    async def found(self, response: ClientResponse, status: int = 200) -> dict[str, Any]:
        assert response.status == status, await response.text()
        body: dict[str, Any] = await response.json()
        return body

    async def drafted(self, text: str | None = None, script_id: str = SCRIPT_ID) -> str:
        body = {"script_id": script_id, "text": text or shipped_text()}
        made = await self.found(await self.write(DRAFTS, body), 201)
        draft_id: str = made["draft"]["draft_id"]
        return draft_id

    async def approved(self, text: str | None = None) -> str:
        """A draft that two people agree on; it is at revision 3."""
        draft_id = await self.drafted(text)
        await self.found(await self.write(f"{DRAFTS}/{draft_id}/submit", {"revision": 1}))
        body = {"revision": 2, "comment": "同意"}
        await self.found(await self.read(f"{DRAFTS}/{draft_id}/approve", body))
        return draft_id

    async def published(self, text: str | None = None, from_: str | None = None) -> dict[str, Any]:
        draft_id = await self.approved(text)
        body = {"revision": 3, "in_force_from": from_}
        return await self.found(await self.write(f"{DRAFTS}/{draft_id}/publish", body))

    async def in_force(self) -> int:
        """The version that the next session gets."""
        listed = await self.found(await self.stage.staff("GET", "/api/v1/scenarios"))
        (found,) = [one for one in listed["items"] if one["script_id"] == SCRIPT_ID]
        version: int = found["version"]
        return version

    async def versions(self) -> dict[int, str]:
        """State by number."""
        listed = await self.found(await self.stage.staff("GET", "/api/v1/scripts"))
        (shelf,) = [one for one in listed["items"] if one["script_id"] == SCRIPT_ID]
        return {one["version"]: one["state"] for one in shelf["versions"]}
