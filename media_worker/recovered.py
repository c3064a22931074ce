"""What an earlier life of the worker left behind: sessions whose spool was not cleared.

Stage: at start, before the bus is served. What the timeline lacks is appended once; what the
object store lacks is saved; what is over and stored is cleared away.
"""

from __future__ import annotations

import structlog

from media_worker.record.clearing import clear_spool
from media_worker.record.recovery import RecoveredStretch, recover_spool
from media_worker.session import SessionDeps
from shuanglu.errors import ShuangluError
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Actor, EventDraft
from shuanglu.wire.bus import AppendReply, AppendRequest, LoadReply, LoadRequest

_log = structlog.get_logger(__name__)


async def recover_sessions(deps: SessionDeps) -> None:
    """Every session in the spool, one after another; one that is refused does not stop the rest."""
    if not deps.spool_dir.exists():
        return
    for folder in sorted(deps.spool_dir.iterdir()):
        try:
            await _recover_session(deps, folder.name)
        except ShuangluError as error:
            _log.error("recovery refused", session_id=folder.name, code=error.code)


async def _recover_session(deps: SessionDeps, session_id: str) -> None:
    request = LoadRequest(session_id=session_id, claim=True)
    load = await deps.bus.request("session.load", request, LoadReply)
    stretches = await recover_spool(deps.spool_dir, session_id, objects=deps.objects)
    known = {type(event.payload) for event in load.events}
    if ev.VerdictGiven in known:
        await clear_spool(deps.spool_dir, session_id, deps.objects)
    elif ev.RecordingStarted in known:
        await _announce(deps, load, stretches)


async def _announce(deps: SessionDeps, load: LoadReply, stretches: list[RecoveredStretch]) -> None:
    payloads = unannounced(load, stretches)
    if not payloads:
        return
    drafts = tuple(
        EventDraft.model_validate({"actor": Actor.SYSTEM, "payload": payload})
        for payload in payloads
    )
    request = AppendRequest(session_id=load.session_id, drafts=drafts, epoch=load.epoch)
    await deps.bus.request("timeline.append", request, AppendReply)
    _log.info("spool recovered", session_id=load.session_id, events=len(drafts))


def unannounced(load: LoadReply, stretches: list[RecoveredStretch]) -> list[ev.Payload]:
    """What the spool holds that the timeline does not know yet, in order."""
    known = [event.payload for event in load.events]
    begun = {p.stretch for p in known if isinstance(p, ev.StretchBegun)}
    ended = {p.stretch for p in known if isinstance(p, ev.StretchEnded)}
    stored = {(p.stretch, p.segment) for p in known if isinstance(p, ev.MediaStored)}
    payloads: list[ev.Payload] = []
    for stretch in stretches:
        if stretch.number in ended:
            continue
        if stretch.number not in begun:
            payloads.append(stretch.begun)
        payloads += [s for s in stretch.stored if (s.stretch, s.segment) not in stored]
        payloads.append(stretch.ended)
    return payloads
