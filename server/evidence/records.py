"""Sealed records for the public and for staff. It never shows personal data to the public."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from backing.keys import SigningKey
from backing.objects import ObjectStore
from server.evidence.package_stream import SealedRecord, package_stream
from server.evidence.repository import Record, RecordRepository
from server.storage.engine import Database
from server.timeline.service import LoadedSession, TimelineService
from shuanglu.errors import ConflictError, NotFoundError
from shuanglu.evidence.assertion import base64url, from_base64url
from shuanglu.evidence.manifest import Manifest
from shuanglu.wire.http import PublicRecord, SigningKeyList, SigningKeyView

_NUMBER = re.compile(r"SL-[0-9]{8}-[0-9A-Z]{8}", re.ASCII)


class RecordService:
    """Reads what was sealed."""

    def __init__(
        self,
        database: Database,
        timeline: TimelineService,
        *,
        objects: ObjectStore,
        signing_key: SigningKey,
    ) -> None:
        self._database = database
        self._timeline = timeline
        self._objects = objects
        self._signing_key = signing_key

    async def public(self, record_number: str) -> PublicRecord:
        """What anybody with the number may check; raises ``NotFoundError``."""
        if not _NUMBER.fullmatch(record_number):
            raise NotFoundError("no such record")
        async with self._database.read() as session:
            record = await RecordRepository(session).by_number(record_number)
        return PublicRecord(
            record_number=record.record_number,
            sealed_at=record.sealed_at,
            institution=record.institution,
            outcome=record.outcome,
            recorded_ms=record.recorded_ms,
            timeline_head=record.timeline_head,
            manifest_sha256=record.manifest_sha256,
            manifest_signature=record.manifest_signature,
            signing_key=record.signing_key,
            signing_key_id=record.signing_key_id,
        )

    async def keys(self) -> SigningKeyList:
        """The key that signs now, and every key that ever signed a record here."""
        async with self._database.read() as session:
            known = dict(await RecordRepository(session).keys())
        current = self._signing_key.key_id
        known[current] = base64url(self._signing_key.public_key)
        return SigningKeyList(
            items=tuple(
                SigningKeyView(key_id=key_id, public_key=key, current=key_id == current)
                for key_id, key in sorted(known.items())
            )
        )

    async def sealed(self, session_id: str) -> SealedRecord:
        """A session's sealed record; raises ``NotFoundError`` or ``ConflictError``."""
        loaded = await self._timeline.load(session_id)
        async with self._database.read() as session:
            record = await RecordRepository(session).of_session(session_id)
        if record is None:
            closed = loaded.state.verdict is not None
            told = "it is being sealed, try again shortly" if closed else "it is not finished"
            raise ConflictError(f"the session has no package: {told}")
        return _sealed(record, loaded)

    def package(self, record: SealedRecord) -> AsyncIterator[bytes]:
        """The package's bytes."""
        return package_stream(self._objects, record)


def _sealed(record: Record, loaded: LoadedSession) -> SealedRecord:
    manifest = Manifest.model_validate_json(record.manifest)
    return SealedRecord(
        manifest,
        record.manifest.encode(),
        record.manifest_signature,
        from_base64url(record.signing_key, what="the signing key"),
        loaded.script,
        loaded.events,
    )
