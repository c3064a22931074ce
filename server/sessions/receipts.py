"""Receipts and the records they name. It never seals: ``server/evidence`` does."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from server.invitations.qr import qr_svg
from server.storage.tables import RecordRow
from shuanglu.timeline.events import Outcome
from shuanglu.wire.views import Receipt


async def receipt_of_session(
    session: AsyncSession, session_id: str, *, public_url: str
) -> Receipt | None:
    """The customer's receipt, once the record is sealed."""
    found = await session.scalar(select(RecordRow).where(RecordRow.session_id == session_id))
    if found is None:
        return None
    # The hash travels in the fragment: the page compares it with what the server says.
    verify_url = f"{public_url}/verify/{found.record_number}#{found.manifest_sha256}"
    return Receipt(
        record_number=found.record_number,
        manifest_sha256=found.manifest_sha256,
        sealed_at=found.sealed_at,
        outcome=Outcome(found.outcome),
        recorded_ms=found.recorded_ms,
        verify_url=verify_url,
        verify_qr_svg=qr_svg(verify_url),
    )
