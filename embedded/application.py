"""The composition root of embedded mode: everything is built here and passed down.

Stage: the only place that imports server, signalling and media worker together.
"""

from __future__ import annotations

import asyncio
import base64
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from aiohttp import web
from rich.console import Console

from backing.bus.in_process import InProcessBus
from backing.keys import FileDataKey, FileSigningKey, IndexKey, TemplateCipher
from backing.objects.folder import FolderObjectStore
from backing.tokens import TokenKey
from embedded.addresses import Addresses, find_addresses
from embedded.announcement import announce
from embedded.certificates import LocalCertificates, local_certificates
from embedded.exclusive import bound, exclusive
from embedded.settings import EmbeddedSettings
from media_worker.models.registry import ModelRegistry, ModelSettings
from media_worker.observe.pool import ObserverPool
from media_worker.observe.settings import ObserverSettings
from media_worker.play.library import PromptLibrary
from media_worker.receive.settings import ReceiveSettings
from media_worker.recognise.pool import RecogniserPool
from media_worker.recognise.settings import RecogniserSettings
from media_worker.session import SessionDeps
from media_worker.worker import MediaWorker
from server import app_keys
from server.app import create_app
from server.auth.first_staff import FirstStaff, ensure_first_staff
from server.auth.passwords import Passwords
from server.scripts.library import publish_scripts
from server.settings import ServerSettings
from server.storage.migrate import upgrade
from shuanglu.clock import SystemClock
from shuanglu.errors import ShuangluError
from shuanglu.script.model import Script
from shuanglu.timeline.events import VoiceSpeed
from signalling.app import add_routes as add_signalling
from signalling.settings import SignallingSettings

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Parts:
    bus: InProcessBus
    objects: FolderObjectStore
    clock: SystemClock
    token_key: TokenKey
    signing_key: FileSigningKey
    templates: TemplateCipher
    index_key: IndexKey


async def serve(settings: EmbeddedSettings, scripts: Sequence[Script], console: Console) -> None:
    """Run until cancelled. Raises ``CannotStartError`` before anything is touched."""
    addresses = find_addresses(
        settings.host_name, http_port=settings.http_port, https_port=settings.https_port
    )
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with exclusive(settings.data_dir):
        prefix = "SHUANGLU_EMBEDDED"
        http = bound(settings.bind, settings.http_port, setting=f"{prefix}_HTTP_PORT")
        https = bound(settings.bind, settings.https_port, setting=f"{prefix}_HTTPS_PORT")
        await _serve(settings, addresses, scripts, console, (http, https))


async def _serve(
    settings: EmbeddedSettings,
    addresses: Addresses,
    scripts: Sequence[Script],
    console: Console,
    sockets: tuple[socket.socket, socket.socket],
) -> None:
    certificates = local_certificates(settings.data_dir / "tls", addresses.certificate_names)
    parts = _parts(settings.data_dir)
    app = _application(settings, addresses, certificates, parts)
    first = await _prepare_database(app, scripts, parts.clock)
    async with AsyncExitStack() as stack:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
        stack.push_async_callback(runner.cleanup)
        await runner.setup()
        await stack.enter_async_context(_worker(settings, parts, scripts, console))
        await web.SockSite(runner, sockets[0]).start()
        tls = certificates.ssl_context()
        await web.SockSite(runner, sockets[1], ssl_context=tls).start()
        announce(
            console,
            addresses,
            first_password=first.password if first else None,
            public_key=base64.urlsafe_b64encode(parts.signing_key.public_key).decode().rstrip("="),
        )
        await asyncio.Event().wait()


def _parts(data_dir: Path) -> _Parts:
    clock = SystemClock()
    return _Parts(
        bus=InProcessBus(),
        objects=FolderObjectStore(data_dir / "objects"),
        clock=clock,
        token_key=TokenKey.load_or_create(data_dir / "keys" / "token.key", clock=clock),
        signing_key=FileSigningKey.load_or_create(data_dir / "keys" / "signing.pem"),
        templates=TemplateCipher(FileDataKey.load_or_create(data_dir / "keys" / "template.key")),
        index_key=IndexKey.load_or_create(data_dir / "keys" / "index.key"),
    )


def _application(
    settings: EmbeddedSettings,
    addresses: Addresses,
    certificates: LocalCertificates,
    parts: _Parts,
) -> web.Application:
    to_phones = settings.invitations_to == "phone"
    origins = (addresses.phone_origin, addresses.localhost_origin)
    server = ServerSettings(
        database_url=f"sqlite+aiosqlite:///{settings.data_dir / 'shuanglu.db'}",
        public_url=origins[0] if to_phones else origins[1],
        other_origins=origins,
        rp_id=addresses.rp_id,
        static_dir=settings.static_dir,
        ca_certificate=certificates.ca_certificate,
    )
    ours = SignallingSettings(origins=origins)

    def mount_signalling(app: web.Application) -> None:
        add_signalling(app, ours, bus=parts.bus, token_key=parts.token_key, clock=parts.clock)

    return create_app(
        server,
        bus=parts.bus,
        objects=parts.objects,
        clock=parts.clock,
        token_key=parts.token_key,
        signing_key=parts.signing_key,
        extensions=(mount_signalling,),
    )


async def _prepare_database(
    app: web.Application, scripts: Sequence[Script], clock: SystemClock
) -> FirstStaff | None:
    database = app[app_keys.DATABASE]
    await upgrade(database)
    await publish_scripts(database, scripts, clock)
    return await ensure_first_staff(database, Passwords(), clock)


@asynccontextmanager
async def _worker(
    settings: EmbeddedSettings, parts: _Parts, scripts: Sequence[Script], console: Console
) -> AsyncIterator[MediaWorker]:
    """Observers and the media worker; prompts are rendered before the first session."""
    registry = ModelRegistry(ModelSettings(directory=settings.models_dir))
    observers = ObserverPool(ObserverSettings(processes=settings.observer_processes), registry)
    recognisers = RecogniserPool(RecogniserSettings(), registry)
    library = PromptLibrary(
        registry,
        parts.objects,
        cache_dir=settings.data_dir / "prompts",
        progress=lambda step, done, of: console.print(f"  speech · 语音 {done}/{of} {step}"),
    )
    worker = MediaWorker(
        SessionDeps(
            bus=parts.bus,
            objects=parts.objects,
            observers=observers,
            recognisers=recognisers,
            templates=parts.templates,
            index_key=parts.index_key,
            spool_dir=settings.data_dir / "spool",
            receive=ReceiveSettings(host_addresses=list(settings.rtc_addresses) or None),
            clock=parts.clock,
        ),
        library=library,
    )
    slow: asyncio.Task[None] | None = None
    await observers.start()
    await recognisers.start()  # they load while the prompts are rendered
    try:
        for script in scripts:
            await library.prompts(script)
        await worker.start()
        slow = asyncio.create_task(_render_slow(library, scripts))
        yield worker
    finally:
        if slow is not None:
            slow.cancel()
            await asyncio.gather(slow, return_exceptions=True)
        await worker.stop()
        await recognisers.stop()
        await observers.stop()


async def _render_slow(library: PromptLibrary, scripts: Sequence[Script]) -> None:
    """The slow voice, beside everything else; until it is there the normal one is played."""
    for script in scripts:
        try:
            await library.prompts(script, VoiceSpeed.SLOW)
            _log.info("slow speech ready", script_id=script.id, version=script.version)
        except ShuangluError as error:
            _log.warning("slow speech not rendered", script_id=script.id, code=error.code)
