"""Rows of drafts and of what was done to them; the only writer of a draft's state.

Stage: in one transaction, under the service. It knows the transitions, not the people:
who may do what is the service's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select, update

from server.scripts.draft_state import DraftAction, after
from server.storage.tables import ScriptChangeRow, ScriptDraftRow, StaffRow
from shuanglu.errors import NotFoundError, StaleRevisionError
from shuanglu.timeline.chain import sha256_hex
from shuanglu.wire.scripts import DraftState

_WRITERS = (DraftAction.WRITE, DraftAction.SUBMIT)
"""Whoever did one of these is no second pair of eyes."""

MOST_CHANGES = 500
"""Of a script's history; older entries stay in the table."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it stands."""

    draft_id: str
    script_id: str
    text: str
    state: DraftState
    revision: int
    created_by: str
    changed_at: datetime
    submitted_by: str | None = None
    reviewed_by: str | None = None
    comment: str | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody does to a draft of which they have seen ``revision``."""

    action: DraftAction
    revision: int
    by: str
    at: datetime
    why: str | None = None


class DraftRepository:
    """Drafts in one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, draft: Draft) -> None:
        """A new draft, with the first entry of its log."""
        values = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
        self._session.add(ScriptDraftRow(**{**values, "state": draft.state.value}))
        await self._session.flush()
        written = Change(DraftAction.WRITE, draft.revision, draft.created_by, draft.changed_at)
        await self._log(draft, written, from_state=None)

    async def get(self, draft_id: str) -> Draft:
        """A draft; raises ``NotFoundError``."""
        query = select(ScriptDraftRow).where(ScriptDraftRow.draft_id == draft_id)
        found = await self._session.scalar(query.execution_options(populate_existing=True))
        if found is None:
            raise NotFoundError("no such draft")
        return _draft(found)

    async def all(self) -> tuple[Draft, ...]:
        """Every draft, the latest change first."""
        query = select(ScriptDraftRow).order_by(
            col(ScriptDraftRow.changed_at).desc(), col(ScriptDraftRow.draft_id)
        )
        return tuple(_draft(row) for row in await self._session.scalars(query))

    async def of_version(self, script_id: str, version: int) -> Draft | None:
        """The draft that was published as that version."""
        query = select(ScriptDraftRow).where(
            ScriptDraftRow.script_id == script_id, ScriptDraftRow.version == version
        )
        found = await self._session.scalar(query)
        return _draft(found) if found else None

    async def writers(self, draft_id: str) -> frozenset[str]:
        """Ids of everybody who wrote or submitted it, in any of its revisions."""
        query = select(ScriptChangeRow.staff_id).where(
            ScriptChangeRow.draft_id == draft_id, col(ScriptChangeRow.action).in_(_WRITERS)
        )
        return frozenset(await self._session.scalars(query))

    async def usernames(self) -> dict[str, str]:
        """Of all staff, by id."""
        rows = await self._session.execute(select(StaffRow.staff_id, StaffRow.username))
        return {row.staff_id: row.username for row in rows}

    async def change(self, draft_id: str, change: Change, **values: object) -> Draft:
        """The one way in which a draft changes; logs the transition.

        Raises ``StaleRevisionError`` if somebody was faster, ``ConflictError`` where the
        state does not permit it.
        """
        before = await self.get(draft_id)
        check_revision(before, change.revision)
        state = after(before.state, change.action)
        query = (
            update(ScriptDraftRow)
            .where(col(ScriptDraftRow.draft_id) == draft_id)
            .where(col(ScriptDraftRow.revision) == change.revision)
            .values(state=state.value, revision=change.revision + 1, changed_at=change.at, **values)
            .returning(col(ScriptDraftRow.draft_id))
            .execution_options(synchronize_session=False)
        )
        if (await self._session.execute(query)).first() is None:
            check_revision(await self.get(draft_id), change.revision)
        draft = await self.get(draft_id)
        await self._log(draft, change, from_state=before.state)
        return draft

    async def log_version(self, script_id: str, version: int, sha256: str, change: Change) -> None:
        """A version without a draft changed: it came with a release and is taken back."""
        self._session.add(
            ScriptChangeRow(
                script_id=script_id,
                version=version,
                action=change.action,
                from_state=DraftState.PUBLISHED,
                to_state=after(DraftState.PUBLISHED, change.action),
                text_sha256=sha256,
                staff_id=change.by,
                at=change.at,
                why=change.why,
            )
        )
        await self._session.flush()

    async def history(self, script_id: str) -> tuple[ScriptChangeRow, ...]:
        """Everything that was ever done to a script, the latest first."""
        query = (
            select(ScriptChangeRow)
            .where(ScriptChangeRow.script_id == script_id)
            .order_by(col(ScriptChangeRow.change_id).desc())
            .limit(MOST_CHANGES)
        )
        return tuple(await self._session.scalars(query))

    async def _log(self, draft: Draft, change: Change, *, from_state: DraftState | None) -> None:
        self._session.add(
            ScriptChangeRow(
                script_id=draft.script_id,
                draft_id=draft.draft_id,
                version=draft.version,
                action=change.action,
                from_state=from_state,
                to_state=draft.state,
                text_sha256=sha256_hex(draft.text.encode()),
                staff_id=change.by,
                at=change.at,
                why=change.why,
            )
        )
        await self._session.flush()
        _log.info(
            "script_draft_changed",
            draft_id=draft.draft_id,
            script_id=draft.script_id,
            change=f"{from_state or 'nothing'} -> {draft.state}",
            action=change.action.value,
            staff_id=change.by,
        )


def check_revision(draft: Draft, revision: int) -> None:
    """The caller has seen the draft as it stands; raises ``StaleRevisionError``."""
    if draft.revision != revision:
        raise StaleRevisionError(
            f"the draft is at revision {draft.revision}, not {revision}: read it again",
            field="revision",
        )


def _draft(row: ScriptDraftRow) -> Draft:
    values = {name: getattr(row, name) for name in Draft.__dataclass_fields__}
    return Draft(**{**values, "state": DraftState(row.state)})
