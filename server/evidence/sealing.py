"""Seals one closed session: manifest, signature, and the proof that the package verifies.

Stage: after the verdict. A record is sealed only if the very package that will be
handed out passes every numbered step: a receipt never promises more than that. It
never alters a timeline or an object, and sealing again changes nothing.
"""

from __future__ import annotations

import asyncio
import tempfile

import structlog
from sqlalchemy.exc import IntegrityError

from backing.keys import SigningKey
from backing.objects import ObjectStore
from server.evidence.contents import NeverCompleteError, collect
from server.evidence.package_stream import SealedRecord, package_stream
from server.evidence.repository import Record, RecordRepository
from server.sessions.service import SessionService
from server.storage.engine import Database
from server.timeline.service import LoadedSession, TimelineService
from shuanglu.clock import Clock
from shuanglu.errors import ConflictError, UnavailableError
from shuanglu.evidence.assembly import assemble
from shuanglu.evidence.assertion import base64url
from shuanglu.evidence.manifest import SoftwareEntry
from shuanglu.evidence.package import ZipPackage
from shuanglu.evidence.report import Report
from shuanglu.evidence.verification import verify
from shuanglu.ids import new_record_number

SPOOL_BYTES = 32 << 20
"""A package smaller than this is proved in memory, a larger one in a temporary file."""

_log = structlog.get_logger(__name__)


class SealRefusedError(ConflictError):
    """The record does not verify; a person must look at it."""

    code = "seal_refused"


class SealingService:
    """Seals sessions."""

    def __init__(
        self,
        database: Database,
        timeline: TimelineService,
        sessions: SessionService,
        *,
        objects: ObjectStore,
        signing_key: SigningKey,
        clock: Clock,
        software: SoftwareEntry,
    ) -> None:
        self._database = database
        self._timeline = timeline
        self._sessions = sessions
        self._objects = objects
        self._signing_key = signing_key
        self._clock = clock
        self._software = software

    async def seal(self, session_id: str) -> Record:
        """The record of a closed session, made now or before.

        Raises ``NotFoundError`` or ``UnavailableError`` while an object is not stored yet,
        :class:`SealRefusedError` for a record that does not verify or can never be complete.
        """
        known = await self.record_of(session_id)
        if known is not None:
            return known
        loaded = await self._timeline.load(session_id)
        try:
            sealed = await self._sealed(loaded)
        except NeverCompleteError as error:
            raise await self._refused(session_id, None, error.reason) from error
        report = await self._prove(sealed)
        if not report.passed:
            failed = report.first_failure
            number, reason = (failed.number, failed.reason) if failed else (None, None)
            raise await self._refused(session_id, number, reason or "not_evaluated")
        return await self._keep(sealed)

    async def _refused(self, session_id: str, step: int | None, reason: str) -> SealRefusedError:
        """Told to the log and to staff; the reason is a code and names nobody."""
        _log.error("seal_refused", session_id=session_id, step=step, reason=reason)
        where = reason if step is None else f"{step} {reason}"
        await self._sessions.mark_seal_refused(session_id, where)
        return SealRefusedError("the record does not verify")

    async def record_of(self, session_id: str) -> Record | None:
        """The record, if the session is sealed."""
        async with self._database.read() as session:
            return await RecordRepository(session).of_session(session_id)

    async def _sealed(self, loaded: LoadedSession) -> SealedRecord:
        if loaded.state.verdict is None:
            raise ConflictError("the session is not finished")
        contents = await collect(self._objects, loaded.script, loaded.events)
        now = self._clock.now()
        manifest = assemble(
            record_number=new_record_number(now),
            sealed_at=now,
            software=self._software,
            script=loaded.script,
            events=loaded.events,
            media=[stretch.entry for stretch in contents.stretches],
            object_bytes=contents.object_bytes,
            signing_key_id=self._signing_key.key_id,
        )
        signature = base64url(await self._signing_key.sign(manifest.canonical))
        return SealedRecord(
            manifest,
            manifest.canonical,
            signature,
            self._signing_key.public_key,
            loaded.script,
            loaded.events,
        )

    async def _prove(self, sealed: SealedRecord) -> Report:
        """Build the package and verify it, off the event loop where it costs time."""
        with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as file:
            async for piece in package_stream(self._objects, sealed):
                await asyncio.to_thread(file.write, piece)
            package = ZipPackage(file)
            return await asyncio.to_thread(verify, package, pinned_key=self._signing_key.public_key)

    async def _keep(self, sealed: SealedRecord) -> Record:
        """Objects first, then the row: a crash in between leaves nothing that misleads."""
        record = _record(sealed)
        place = f"sessions/{record.session_id}/manifest-{record.manifest_sha256}"
        await self._objects.put(
            f"{place}.json", sealed.manifest_bytes, content_type="application/json"
        )
        await self._objects.put(
            f"{place}.sig", sealed.signature.encode(), content_type="text/plain"
        )
        try:
            async with self._database.write() as unit:
                # First, for it takes the session's lock before the new row points at the session.
                await self._sessions.mark_sealed(unit, record.session_id, record.record_number)
                await RecordRepository(unit.session).add(record)
        except IntegrityError as error:
            return await self._sealed_by_another(record.session_id, error)
        _log.info("record_sealed", session_id=record.session_id, outcome=record.outcome.value)
        return record

    async def _sealed_by_another(self, session_id: str, error: IntegrityError) -> Record:
        """Another process was faster, or the number is taken: then the next try finds another."""
        known = await self.record_of(session_id)
        if known is None:
            raise UnavailableError("the record's number is taken") from error
        return known


def _record(sealed: SealedRecord) -> Record:
    manifest = sealed.manifest
    return Record(
        record_number=manifest.record_number,
        session_id=manifest.session_id,
        institution=manifest.institution,
        outcome=manifest.verdict.outcome,
        recorded_ms=manifest.verdict.recorded_ms,
        timeline_head=manifest.timeline.head,
        manifest=sealed.manifest_bytes.decode(),
        manifest_sha256=manifest.sha256,
        manifest_signature=sealed.signature,
        signing_key=base64url(sealed.signing_key),
        signing_key_id=manifest.signing_key_id,
        sealed_at=manifest.sealed_at,
    )
