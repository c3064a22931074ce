"""Gives out the codes by which a session goes on in another browser, and takes them back once.

Stage: between two pages of one customer. A code is told once and kept as a hash; the digits,
which could all be tried, as a keyed hash. From the moment that one is redeemed the page
before has no say any more: its tokens name an older hand-over.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Literal

from backing.tokens import TokenKey
from server.handovers.browser import Browser, browser_of, is_other_device
from server.handovers.repository import HandoverRepository, StoredHandover
from server.invitations.qr import qr_svg
from server.rate_limit import Limits
from server.settings import ServerSettings
from server.storage.engine import Database, UnitOfWork
from server.timeline.repository import TimelineRepository
from server.timeline.service import TimelineService
from shuanglu.clock import Clock
from shuanglu.errors import HandedOverError, HandoverRefusedError, TimelineClosedError
from shuanglu.ids import new_handover_digits, new_invitation_code
from shuanglu.timeline.chain import sha256_hex
from shuanglu.timeline.events import (
    Actor,
    ChallengeOutcome,
    Event,
    EventDraft,
    LivenessJudged,
    SessionHandedOver,
)
from shuanglu.wire.http import HandoverOffer, RedeemHandover

DIGITS_PATH = "/h"
"""The short address at which the digits are typed."""

_GUESSES = "everybody"
_DIGITS_PURPOSE = "handover digits"
Way = Literal["link", "qr", "digits"]


class HandoverService:
    """Hand-overs of sessions."""

    def __init__(
        self,
        *,
        database: Database,
        timeline: TimelineService,
        token_key: TokenKey,
        limits: Limits,
        clock: Clock,
        settings: ServerSettings,
    ) -> None:
        self._database = database
        self._timeline = timeline
        self._token_key = token_key
        self._limits = limits
        self._clock = clock
        self._settings = settings

    async def offer(self, session_id: str, *, user_agent: str) -> HandoverOffer:
        """A fresh code; older ones are withdrawn. Raises ``TimelineClosedError``."""
        self._limits.handover.count(session_id)
        loaded = await self._timeline.load(session_id)
        if loaded.state.verdict is not None:
            raise TimelineClosedError("the session is finished")
        code, digits = new_invitation_code(), new_handover_digits()
        now = self._clock.now()
        async with self._database.write() as unit:
            rows = HandoverRepository(unit.session)
            await rows.withdraw_unused(session_id, at=now)
            while await rows.open_by_digits(self._digits_hash(digits), at=now) is not None:
                digits = new_handover_digits()
            stored = StoredHandover(
                sha256_hex(code.encode()),
                self._digits_hash(digits),
                session_id,
                browser_of(user_agent),
                now + timedelta(seconds=self._settings.handover_lifetime_s),
            )
            await rows.add(stored, at=now)
        return await self._shown(code, digits, stored)

    async def redeem(self, unit: UnitOfWork, wanted: RedeemHandover, *, user_agent: str) -> str:
        """Use a code up and record it; the session that goes on.

        Raises ``HandoverRefusedError``, the same for every reason.
        """
        now = self._clock.now()
        rows = HandoverRepository(unit.session)
        found = await self._open(rows, wanted)
        if found is not None:  # first the lock: hand-overs of a session come one after the other
            await TimelineRepository(unit.session).head(found.session_id, lock=True)
        if found is None or not await rows.use(found.code_sha256, at=now):
            if wanted.way == "digits":
                self._limits.handover_guess.count(_GUESSES)
            raise HandoverRefusedError("this code does not work; ask for a fresh one", field="code")
        events = await TimelineRepository(unit.session).read(found.session_id)
        payload = _payload(
            found,
            wanted.way,
            browser_of(user_agent),
            number=await rows.count_used(found.session_id),
            liveness_passed=any(map(_is_liveness_passed, events)),
        )
        draft = EventDraft(actor=Actor.CUSTOMER, payload=payload)
        await self._timeline.append_in(unit, found.session_id, [draft])
        return found.session_id

    async def require_newest(self, session_id: str, hand_overs: int) -> None:
        """Raises ``HandedOverError`` for a token of before the newest hand-over."""
        async with self._database.read() as session:
            newest = await HandoverRepository(session).count_used(session_id)
        if hand_overs < newest:
            raise HandedOverError("the session goes on in another browser")

    async def _open(
        self, rows: HandoverRepository, wanted: RedeemHandover
    ) -> StoredHandover | None:
        now = self._clock.now()
        if wanted.way != "digits":
            return await rows.open_by_code(sha256_hex(wanted.code.encode()), at=now)
        self._limits.handover_guess.check(_GUESSES)
        return await rows.open_by_digits(self._digits_hash(wanted.code), at=now)

    async def _shown(self, code: str, digits: str, stored: StoredHandover) -> HandoverOffer:
        # In the fragment: no server logs it. The letter says by which way it came back.
        page = f"{self._settings.public_url}/c/#"
        return HandoverOffer(
            url=f"{page}h.{code}",
            qr_svg=await asyncio.to_thread(qr_svg, f"{page}q.{code}"),
            digits=digits,
            short_url=f"{self._settings.public_url}{DIGITS_PATH}",
            expires_at=stored.expires_at,
            lifetime_ms=self._settings.handover_lifetime_s * 1000,
        )

    def _digits_hash(self, digits: str) -> str:
        return self._token_key.keyed_hash(digits, purpose=_DIGITS_PURPOSE)


def _payload(
    found: StoredHandover, way: Way, taken_by: Browser, *, number: int, liveness_passed: bool
) -> SessionHandedOver:
    before = found.asked_by
    return SessionHandedOver(
        number=number,
        way=way,
        from_browser=before.kind,
        to_browser=taken_by.kind,
        from_platform=before.platform,
        to_platform=taken_by.platform,
        device="other" if is_other_device(before, taken_by) else "not_told",
        liveness_passed=liveness_passed,
    )


def _is_liveness_passed(event: Event) -> bool:
    payload = event.payload
    return isinstance(payload, LivenessJudged) and payload.outcome is ChallengeOutcome.PASSED
