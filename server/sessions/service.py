"""Sessions for staff: created with their first invitation, listed, looked into."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlmodel import col, select, update

from server.auth.identity import StaffIdentity
from server.invitations.service import InvitationService
from server.scripts.library import ScriptLibrary
from server.sessions.cursor import cursor_of, parse_cursor
from server.sessions.views import SessionViewRepository, ViewFilter
from server.storage.engine import Database, UnitOfWork
from server.storage.tables import OneTimeCodeRow, SessionRow
from server.timeline.ledger import Ledger
from server.timeline.repository import TimelineRepository
from server.timeline.service import TimelineService
from shuanglu.clock import Clock
from shuanglu.errors import InvalidInputError
from shuanglu.ids import new_session_id
from shuanglu.rules.screen import shipped_screen
from shuanglu.script.model import AskedStep, Script, StepKind
from shuanglu.timeline import events as ev
from shuanglu.wire.http import (
    CreateSession,
    Invitation,
    SessionDetail,
    SessionPage,
    StepOutline,
    StretchView,
)

CONTENT_TYPE_OF_CODEC = {"VP8": "video/webm", "H264": "video/x-matroska"}
SEAL_REFUSED_LENGTH = 200
"""As much of the reason as its column holds."""


class SessionService:
    """Everything that the staff pages do with sessions."""

    def __init__(
        self,
        *,
        database: Database,
        ledger: Ledger,
        timeline: TimelineService,
        invitations: InvitationService,
        scripts: ScriptLibrary,
        clock: Clock,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._timeline = timeline
        self._invitations = invitations
        self._scripts = scripts
        self._clock = clock

    async def create(self, wanted: CreateSession, by: StaffIdentity) -> Invitation:
        """A session and its first code, in one transaction."""
        session_id = new_session_id()
        async with self._database.write() as unit:
            now = self._clock.now()
            script = await self._scripts.newest(unit.session, wanted.script_id, at=now)
            await TimelineRepository(unit.session).create(
                session_id,
                script_id=script.id,
                script_version=script.version,
                created_by=by.staff_id,
                at=now,
            )
            draft = _created(script, wanted, by, self._clock.now().date())
            await self._ledger.append(unit, session_id, [draft])
            code, expires_at = await self._invitations.issue(unit, session_id)
        return await self._invitations.shown(session_id, code, expires_at)

    async def page(self, wanted: ViewFilter, *, cursor: str | None, limit: int) -> SessionPage:
        """One page, newest first."""
        before = parse_cursor(cursor) if cursor else None
        async with self._database.read() as session:
            views = SessionViewRepository(session)
            rows = await views.page(wanted, before=before, limit=limit + 1)
            total = await views.count(wanted)
        items = rows[:limit]
        more = len(rows) > limit
        next_cursor = cursor_of(items[-1].created_at, items[-1].session_id) if more else None
        return SessionPage(items=items, next_cursor=next_cursor, total=total)

    async def detail(self, session_id: str) -> SessionDetail:
        """A session with its whole timeline; raises ``NotFoundError``."""
        loaded = await self._timeline.load(session_id)
        async with self._database.read() as session:
            summary = await SessionViewRepository(session).get(session_id)
            code = await session.scalar(
                select(OneTimeCodeRow.shown_code)
                .where(
                    OneTimeCodeRow.session_id == session_id,
                    col(OneTimeCodeRow.used_at).is_(None),
                    OneTimeCodeRow.expires_at > self._clock.now(),
                )
                .order_by(col(OneTimeCodeRow.expires_at).desc())
                .limit(1)
            )
        verdict = loaded.state.verdict
        return SessionDetail(
            summary=summary,
            steps=_outline(loaded.script),
            stretches=stretches_of(session_id, loaded.events),
            events=loaded.events,
            verdict_missing=verdict.missing if verdict else (),
            verdict_not_evaluated=verdict.not_evaluated if verdict else (),
            verdict_notes=(verdict.notes or ()) if verdict else (),
            one_time_code=code,
        )

    async def mark_sealed(self, unit: UnitOfWork, session_id: str, record_number: str) -> None:
        """The list says so; call it in the transaction that stores the record."""
        await _set_seal_refused(unit, session_id, None)
        await SessionViewRepository(unit.session).seal(session_id, record_number)
        unit.after_commit(lambda: self._timeline.announce_change(session_id))

    async def mark_seal_refused(self, session_id: str, reason: str) -> None:
        """The list says so, once for each reason. ``reason`` holds no personal data."""
        async with self._database.write() as unit:
            if not await _set_seal_refused(unit, session_id, reason[:SEAL_REFUSED_LENGTH]):
                return
            views = SessionViewRepository(unit.session)
            # Another process may have sealed it meanwhile; the session's lock puts us in order.
            if (await views.get(session_id)).record_number is not None:
                await _set_seal_refused(unit, session_id, None)
                return
            await views.refuse_seal(session_id)
            unit.after_commit(lambda: self._timeline.announce_change(session_id))


async def _set_seal_refused(unit: UnitOfWork, session_id: str, reason: str | None) -> bool:
    """Whether that was news. It holds the session's lock, even where nothing changes."""
    await TimelineRepository(unit.session).head(session_id, lock=True)
    changed = await unit.session.execute(
        update(SessionRow)
        .where(
            col(SessionRow.session_id) == session_id,
            col(SessionRow.seal_refused).is_distinct_from(reason),
        )
        .values(seal_refused=reason)
        .returning(col(SessionRow.session_id))
    )
    return changed.first() is not None


def _created(
    script: Script, wanted: CreateSession, by: StaffIdentity, today: date
) -> ev.EventDraft:
    created = ev.SessionCreated(
        institution=script.institution,
        product=wanted.product,
        product_code=wanted.product_code,
        customer_name=wanted.customer_name,
        script_id=script.id,
        script_version=script.version,
        script_sha256=script.sha256,
        created_by=by.username,
        circumstances=_circumstances(script, wanted, today),
        screen_policy_version=shipped_screen().version,
    )
    return ev.EventDraft(actor=ev.Actor.STAFF, payload=created)


def _circumstances(script: Script, wanted: CreateSession, today: date) -> ev.Circumstances:
    """What the script demands must be told; raises naming the first that was not."""
    told = wanted.circumstances
    for name in script.circumstances or ():
        if getattr(told, name) is None:
            raise InvalidInputError("the script needs to know this", field=f"circumstances.{name}")
    return ev.Circumstances(sale_date=today, **told.model_dump(exclude_none=True))


def _outline(script: Script) -> tuple[StepOutline, ...]:
    return tuple(
        StepOutline(
            id=step.id,
            kind=StepKind(step.kind),
            title=step.title,
            choices=step.choices if isinstance(step, AskedStep) else (),
        )
        for step in script.steps
    )


def stretches_of(session_id: str, events: Iterable[ev.Event]) -> tuple[StretchView, ...]:
    """The playable stretches, in order; one without stored media is left out."""
    begun: dict[int, ev.StretchBegun] = {}
    ends: dict[int, int] = {}
    for event in events:
        match event.payload:
            case ev.StretchBegun(stretch=number):
                begun[number] = event.payload
            case ev.MediaStored(stretch=number, end_ms=end_ms):
                ends[number] = end_ms
    return tuple(
        StretchView(
            stretch=number,
            start_ms=begun[number].start_ms,
            end_ms=ends[number],
            url=f"/api/v1/sessions/{session_id}/media/{number}",
            content_type=CONTENT_TYPE_OF_CODEC[begun[number].video_codec],
        )
        for number in sorted(begun)
        if number in ends
    )
