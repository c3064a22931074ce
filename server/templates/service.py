"""Keeps sealed face templates for the worker, and deletes them by policy.

Stage: beside the record, never in it: no timeline, package or page names a template. The
server holds no key to them. What was deleted, when and why is noted without personal data.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import timedelta

import structlog

from server.storage.engine import Database
from server.templates.repository import KeptTemplate, TemplateRepository
from server.timeline.repository import TimelineRepository
from shuanglu.clock import Clock
from shuanglu.errors import InvalidInputError
from shuanglu.wire.bus import Done, TemplateKeep, TemplateLoad, TemplateReply

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TemplatePolicy:
    """When templates go."""

    days_after_seal: int
    days_abandoned: int


class TemplateService:
    """Answers the bus, and sweeps."""

    def __init__(self, database: Database, clock: Clock, policy: TemplatePolicy) -> None:
        self._database = database
        self._clock = clock
        self._policy = policy

    async def keep(self, message: TemplateKeep) -> Done:
        """``template.keep``; the answer means committed. ``NotFoundError``: no such session."""
        kept = KeptTemplate(
            message.session_id,
            message.purpose,
            _decoded(message.ciphertext_b64),
            message.model_sha256,
            self._clock.now(),
        )
        async with self._database.write() as unit:
            await TimelineRepository(unit.session).head(message.session_id)
            await TemplateRepository(unit.session).put(kept)
        return Done()

    async def load(self, message: TemplateLoad) -> TemplateReply:
        """``template.load``."""
        async with self._database.read() as session:
            kept = await TemplateRepository(session).get(message.session_id, message.purpose)
        if kept is None:
            return TemplateReply(ciphertext_b64=None, model_sha256=None)
        return TemplateReply(
            ciphertext_b64=base64.b64encode(kept.ciphertext).decode(),
            model_sha256=kept.model_sha256,
        )

    async def delete_due(self) -> int:
        """Delete what the policy no longer keeps; how many templates went. Idempotent."""
        now, policy, gone = self._clock.now(), self._policy, 0
        async with self._database.write() as unit:
            templates = TemplateRepository(unit.session)
            sealed = await templates.sealed_before(now - timedelta(days=policy.days_after_seal))
            silent = await templates.silent_since(now - timedelta(days=policy.days_abandoned))
            due = dict.fromkeys(silent, "abandoned") | dict.fromkeys(sealed, "sealed")
            for session_id, reason in sorted(due.items()):
                gone += await templates.delete(session_id, at=now, reason=reason)
                _log.info("templates_deleted", session_id=session_id, reason=reason)
        return gone


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise InvalidInputError("not base64", field="ciphertext_b64") from error
