"""Makes codes and takes them back once. The code itself is told once and never stored."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from server.invitations.qr import qr_code
from server.invitations.repository import InvitationRepository
from server.settings import ServerSettings
from server.storage.engine import Database, UnitOfWork
from server.timeline.ledger import Ledger
from shuanglu.clock import Clock
from shuanglu.errors import InvitationExpiredError, InvitationUsedError, NotFoundError
from shuanglu.ids import new_invitation_code
from shuanglu.timeline.chain import sha256_hex
from shuanglu.timeline.events import Actor, EventDraft, InvitationIssued, InvitationRedeemed
from shuanglu.wire.http import Invitation

MAX_USER_AGENT_LENGTH = 300


class InvitationService:
    """Invitations of sessions."""

    def __init__(
        self, database: Database, ledger: Ledger, clock: Clock, settings: ServerSettings
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._clock = clock
        self._settings = settings

    async def invite_again(self, session_id: str) -> Invitation:
        """A new code for a session; older unused ones are withdrawn."""
        async with self._database.write() as unit:
            code, expires_at = await self.issue(unit, session_id)
        return await self.shown(session_id, code, expires_at)

    async def issue(self, unit: UnitOfWork, session_id: str) -> tuple[str, datetime]:
        """A new code, recorded by its hash in the timeline too."""
        now = self._clock.now()
        code = new_invitation_code()
        code_sha256 = sha256_hex(code.encode())
        expires_at = now + timedelta(seconds=self._settings.invitation_lifetime_s)
        issued = InvitationIssued(code_sha256=code_sha256, expires_at=expires_at)
        # First the timeline: it takes the session's lock and refuses a closed session.
        await self._ledger.append(unit, session_id, [EventDraft(actor=Actor.STAFF, payload=issued)])
        rows = InvitationRepository(unit.session)
        await rows.withdraw_unused(session_id, at=now)
        await rows.add(code_sha256, session_id, at=now, expires_at=expires_at)
        return code, expires_at

    async def shown(self, session_id: str, code: str, expires_at: datetime) -> Invitation:
        """The code as a link and as QR codes. It stands in the fragment: no server logs it."""
        url = f"{self._settings.public_url}/c/#{code}"
        image = await asyncio.to_thread(qr_code, url)
        return Invitation(
            session_id=session_id,
            url=url,
            expires_at=expires_at,
            qr_svg=image.svg,
            qr_png_base64=image.png_base64,
        )

    async def redeem(self, unit: UnitOfWork, code: str, *, user_agent: str) -> str:
        """Use a code up; the session it opens. Raises why not, if the caller may know.

        Unknown and withdrawn codes are ``NotFoundError`` alike.
        """
        code_sha256 = sha256_hex(code.encode())
        rows = InvitationRepository(unit.session)
        is_redeemed = await rows.redeem(code_sha256, at=self._clock.now())
        found = await rows.get(code_sha256)
        if found is None or found.withdrawn_at is not None:
            raise NotFoundError("this link is not valid; ask for a new one", field="code")
        if not is_redeemed and found.used_at is not None:
            raise InvitationUsedError("this link was used already; ask for a new one")
        if not is_redeemed:
            raise InvitationExpiredError("this link has expired; ask for a new one")
        redeemed = InvitationRedeemed(
            code_sha256=code_sha256, user_agent=user_agent[:MAX_USER_AGENT_LENGTH]
        )
        draft = EventDraft(actor=Actor.CUSTOMER, payload=redeemed)
        await self._ledger.append(unit, found.session_id, [draft])
        return found.session_id
