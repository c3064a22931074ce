"""A real server, a real bus and a real media worker, and a phone that records with them."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from aiohttp import DummyCookieJar
from aiohttp.test_utils import TestClient, TestServer

from backing.keys import FileDataKey, TemplateCipher
from backing.objects import ObjectStore
from media_worker.models.registry import ModelRegistry, ModelSettings
from media_worker.observe.pool import ObserverPool
from media_worker.observe.settings import ObserverSettings
from media_worker.play.prompt import RenderedPrompt
from media_worker.play.render import TEST_SOUND_ID
from media_worker.receive.settings import ReceiveSettings
from media_worker.recognise.pool import RecogniserPool
from media_worker.recognise.settings import RecogniserSettings
from media_worker.session import SessionDeps
from media_worker.worker import MediaWorker
from server import app_keys
from server.auth.models import StaffMember
from server.auth.repository import StaffRepository
from server.scripts.library import publish_scripts
from server.storage import migrate
from server.storage.engine import Database
from shuanglu.clock import ManualClock, SystemClock
from shuanglu.errors import NotFoundError
from shuanglu.script.model import Script
from shuanglu.script.runner import RunState, fold
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Actor, Event, EventDraft, VoiceSpeed
from shuanglu.wire import bus as wire
from tests.media.assets import Media
from tests.media.session import LOOPBACK
from tests.script.scripts import small_script
from tests.server.stage import FIRST, FIRST_STAFF_ID, Stage, StageParts, stage_app

DEADLINE_S = 20.0
PROMPT_PACKETS = 15
PATIENT = ReceiveSettings(host_addresses=LOOPBACK)
"""As shipped: phone and worker share this process, and a busy machine stops both for a second."""


def plain_script() -> Script:
    """Without card and liveness: there are no models here to see either."""
    return small_script(with_person=False)


class SpokenTone:
    """Every prompt is the same short tone, at each speed a file of its own; kept in the
    object store as the renderer does."""

    def __init__(self, media: Media, objects: ObjectStore) -> None:
        self._packets = media.audio[:PROMPT_PACKETS]
        self._objects = objects

    async def prompts(
        self, script: Script, speed: VoiceSpeed = VoiceSpeed.NORMAL
    ) -> Mapping[str, RenderedPrompt]:
        data = b"OggS" + speed.encode() + b"".join(self._packets)
        sha256 = hashlib.sha256(data).hexdigest()
        await self._objects.put(f"prompts/{sha256}.ogg", data, content_type="audio/ogg")
        prompt = RenderedPrompt(
            sha256=sha256,
            packets=self._packets,
            duration_ms=20 * PROMPT_PACKETS,
            cues=(),
            synthetic=True,
            speed=speed,
        )
        return dict.fromkeys([step.id for step in script.steps] + [TEST_SOUND_ID], prompt)

    async def recorded(self, sha256: str, say: str) -> RenderedPrompt:
        raise NotFoundError(f"no recording {sha256} of {say}")


@dataclass
class Studio:
    """One server and one worker at a time, over the same folders."""

    stage: Stage
    folder: Path
    media: Media
    script: Script = field(default_factory=plain_script)
    workers: list[MediaWorker] = field(default_factory=list)

    @property
    def spool_dir(self) -> Path:
        return self.folder / "spool"

    def deps(self) -> SessionDeps:
        """Of a worker that sees and hears nothing."""
        parts = self.stage.parts
        registry = ModelRegistry(ModelSettings(directory=self.folder / "no-models"))
        return SessionDeps(
            bus=parts.bus,
            objects=parts.objects,
            observers=ObserverPool(ObserverSettings(processes=0), registry),
            recognisers=RecogniserPool(RecogniserSettings(speech=False, card_text=False), registry),
            templates=TemplateCipher(FileDataKey(b"k" * 32)),
            spool_dir=self.spool_dir,
            receive=PATIENT,
            clock=SystemClock(),
        )

    async def start_worker(self, deps: SessionDeps | None = None) -> MediaWorker:
        library = SpokenTone(self.media, self.stage.parts.objects)
        worker = MediaWorker(deps or self.deps(), library=library)
        await worker.start()
        self.workers.append(worker)
        return worker

    async def stop_workers(self) -> None:
        for worker in self.workers:
            await worker.stop()
        self.workers.clear()

    # --- sessions ---------------------------------------------------------------------

    async def joined(self) -> tuple[str, str]:
        """A session whose customer agreed to both: its id and token."""
        session_id, token = await self.stage.join(script_id="small")
        for kind in ("recording", "face"):
            consent = {"kind": kind, "granted": True, "text": "我同意"}
            path = "/api/v1/customer/consents"
            response = await self.stage.request("POST", path, json=consent, token=token)
            assert response.status == 200, await response.text()
        return session_id, token

    async def events(self, session_id: str) -> tuple[Event, ...]:
        return await self.stage.app[app_keys.TIMELINE].read(session_id)

    async def state(self, session_id: str) -> RunState:
        return fold(self.script, await self.events(session_id))

    async def append(self, session_id: str, *told: tuple[ev.Payload, int | None]) -> None:
        """What an earlier life of a worker said, each at its media time."""
        drafts = tuple(
            EventDraft.model_validate({"actor": Actor.SYSTEM, "payload": p, "media_time_ms": at_ms})
            for p, at_ms in told
        )
        request = wire.AppendRequest(session_id=session_id, drafts=drafts)
        await self.stage.parts.bus.request("timeline.append", request, wire.AppendReply)

    async def until(
        self, session_id: str, holds: Callable[[list[ev.AnyPayload]], Any]
    ) -> list[ev.AnyPayload]:
        """Wait until the timeline's payloads are as wanted."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                payloads = [event.payload for event in await self.events(session_id)]
                if holds(payloads):
                    return payloads
                await asyncio.sleep(0.02)

    async def until_state(self, session_id: str, holds: Callable[[RunState], bool]) -> RunState:
        async with asyncio.timeout(DEADLINE_S):
            while not holds(state := await self.state(session_id)):  # noqa: ASYNC110 - over a database
                await asyncio.sleep(0.02)
        return state


@asynccontextmanager
async def studio(folder: Path, media: Media) -> AsyncIterator[Studio]:
    """Everything but the worker, which a test starts itself."""
    url = f"sqlite+aiosqlite:///{folder / 'server.db'}"
    await _prepare(url)
    # Media runs on real time, and so must the timeline beside it.
    parts = StageParts.build(url, folder, cast("ManualClock", SystemClock()))
    server = TestServer(stage_app(parts), host="127.0.0.1")
    async with TestClient(server, cookie_jar=DummyCookieJar()) as client:
        ours = Studio(Stage(parts, server, client), folder, media)
        try:
            yield ours
        finally:
            await ours.stop_workers()
    await parts.bus.close()


async def _prepare(url: str) -> None:
    database = Database(url)
    await migrate.upgrade(database)
    await publish_scripts(database, [plain_script()], SystemClock())
    async with database.write() as unit:
        member = StaffMember(FIRST_STAFF_ID, FIRST.username, "")
        await StaffRepository(unit.session).add(member, at=SystemClock().now())
    await database.close()


def count(payloads: list[ev.AnyPayload], kind: type[ev.Payload]) -> int:
    return sum(isinstance(payload, kind) for payload in payloads)
