"""What an earlier life of the worker left behind: sessions whose spool was not cleared.

Stage: at start, before the bus is served. What the timeline lacks is appended once; what the
object store lacks is saved; what is over and stored is cleared away.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from backing.bus.envelope import failure_fields
from media_worker.outgoing import MAX_APPENDED_AT_ONCE
from media_worker.record.clearing import clear_spool
from media_worker.record.recovery import RecoveredStretch, recover_spool
from media_worker.session import SessionDeps
from media_worker.unannounced import unannounced
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
        except Exception as error:  # noqa: BLE001 - one damaged folder must not stop the server
            fields = failure_fields(error)
            _log.error("recovery failed", session_id=folder.name, **fields)


async def _recover_session(deps: SessionDeps, session_id: str) -> None:
    request = LoadRequest(session_id=session_id, claim=True)
    load = await deps.bus.request("session.load", request, LoadReply)
    stretches = await recover_spool(deps.spool_dir, session_id, objects=deps.objects)
    if any(isinstance(event.payload, ev.VerdictGiven) for event in load.events):
        await clear_spool(deps.spool_dir, session_id, deps.objects)
    else:
        await _announce(deps, load, stretches)


async def _announce(deps: SessionDeps, load: LoadReply, stretches: list[RecoveredStretch]) -> None:
    payloads = unannounced(load.events, stretches)
    # In parts, since a long outage may leave many; what was appended is known the next time.
    for first in range(0, len(payloads), MAX_APPENDED_AT_ONCE):
        await _append(deps, load, payloads[first : first + MAX_APPENDED_AT_ONCE])
    if payloads:
        _log.info("spool recovered", session_id=load.session_id, events=len(payloads))


async def _append(deps: SessionDeps, load: LoadReply, payloads: Sequence[ev.Payload]) -> None:
    drafts = tuple(
        EventDraft.model_validate({"actor": Actor.SYSTEM, "payload": payload})
        for payload in payloads
    )
    request = AppendRequest(session_id=load.session_id, drafts=drafts, epoch=load.epoch)
    await deps.bus.request("timeline.append", request, AppendReply)
