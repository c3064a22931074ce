"""Drafts of scripts: written, submitted, read by a second pair of eyes, published, taken back.

Stage: behind the office's editor. What it publishes is data that the next session uses; no
release is needed (R7). It never changes a version that was published.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

from backing.bus import Bus
from server.auth.identity import StaffIdentity
from server.documents.service import DocumentService
from server.scripts.draft_state import DraftAction, after
from server.scripts.drafts import Change, Draft, DraftRepository, check_revision
from server.scripts.repository import Publication, ScriptRepository, earliest_in_force
from server.scripts.speech import require_speech, speech_of
from server.scripts.views import change_view, draft_view, shelves, version_views
from server.storage.engine import Database
from shuanglu.clock import Clock
from shuanglu.errors import (
    ConflictError,
    FourEyesError,
    InvalidInputError,
    NotFoundError,
    ScriptRefusedError,
)
from shuanglu.ids import new_draft_id
from shuanglu.script.lint import lint
from shuanglu.script.model import Script
from shuanglu.wire.scripts import (
    DraftState,
    DraftView,
    ScriptHistory,
    ScriptShelves,
    ScriptVersionText,
    SpeechView,
)

_REVIEWS = frozenset({DraftAction.APPROVE, DraftAction.REJECT})


class ScriptEditing:
    """Everything that staff do with scripts beyond using them."""

    def __init__(
        self, database: Database, bus: Bus, clock: Clock, documents: DocumentService
    ) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._documents = documents

    # --- look ---------------------------------------------------------------------------

    async def shelves(self) -> ScriptShelves:
        """Every script with its versions and drafts."""
        now = self._clock.now()
        async with self._database.read() as session:
            drafts = DraftRepository(session)
            names = await drafts.usernames()
            versions = await ScriptRepository(session).versions()
            items = shelves(versions, await drafts.all(), names, now)
        return ScriptShelves(items=items, now=now)

    async def version(self, script_id: str, version: int) -> ScriptVersionText:
        """A version with its YAML; raises ``NotFoundError``."""
        async with self._database.read() as session:
            names = await DraftRepository(session).usernames()
            found = await ScriptRepository(session).versions(script_id)
        views = version_views(found, names, self._clock.now())
        for one, view in zip(found, views, strict=True):
            if one.script.version == version:
                return ScriptVersionText(version=view, text=one.text)
        raise NotFoundError("no such version", field="version")

    async def history(self, script_id: str) -> ScriptHistory:
        """Who did what to a script, when and why; raises ``NotFoundError`` where nobody did.

        A script that only ever came with the product has an empty one.
        """
        async with self._database.read() as session:
            drafts = DraftRepository(session)
            names = await drafts.usernames()
            found = await drafts.history(script_id)
            newest = await ScriptRepository(session).newest_version(script_id)
        if not found and not newest:
            raise NotFoundError("no such script", field="script_id")
        return ScriptHistory(items=tuple(change_view(row, names) for row in found))

    async def draft(self, draft_id: str, by: StaffIdentity) -> DraftView:
        """A draft with its YAML; raises ``NotFoundError``."""
        async with self._database.read() as session:
            drafts = DraftRepository(session)
            draft = await drafts.get(draft_id)
            writers = await drafts.writers(draft_id)
            names = await drafts.usernames()
            scripts = ScriptRepository(session)
            newest = await scripts.newest_version(draft.script_id)
            in_force = await scripts.in_force(self._clock.now())
        return DraftView(
            draft=draft_view(draft, names),
            text=draft.text,
            next_version=newest + 1,
            in_force_version=next(
                (one.version for one in in_force if one.id == draft.script_id), None
            ),
            written_by=tuple(sorted(names.get(one, one) for one in writers)),
            is_mine=by.staff_id in writers,
        )

    async def speech(self, draft_id: str) -> SpeechView:
        """How far the speech of a draft is; begins to render it where nobody has."""
        async with self._database.read() as session:
            draft = await DraftRepository(session).get(draft_id)
        return await speech_of(self._bus, await _publishable(draft))

    async def speech_of_version(self, script_id: str, version: int) -> SpeechView:
        """The same of a published version."""
        async with self._database.read() as session:
            script = await ScriptRepository(session).get(script_id, version)
        return await speech_of(self._bus, script)

    # --- change -------------------------------------------------------------------------

    async def begin(self, script_id: str, text: str, by: StaffIdentity) -> DraftView:
        """A new draft. The text may be wrong: it can be saved before it is right."""
        draft = Draft(
            draft_id=new_draft_id(),
            script_id=script_id,
            text=text,
            state=DraftState.DRAFT,
            revision=1,
            created_by=by.staff_id,
            changed_at=self._clock.now(),
        )
        async with self._database.write() as unit:
            await DraftRepository(unit.session).add(draft)
        return await self.draft(draft.draft_id, by)

    async def save(self, draft_id: str, revision: int, text: str, by: StaffIdentity) -> DraftView:
        """Another text."""
        async with self._database.write() as unit:
            change = self._change(DraftAction.WRITE, revision, by)
            await DraftRepository(unit.session).change(draft_id, change, text=text)
        return await self.draft(draft_id, by)

    async def submit(self, draft_id: str, revision: int, by: StaffIdentity) -> DraftView:
        """Ask for the second pair of eyes; raises ``ScriptRefusedError`` for a wrong text."""
        script = await _publishable(await self._seen(draft_id, revision, DraftAction.SUBMIT))
        await self._documents.require(script)
        async with self._database.write() as unit:
            await _check_number(ScriptRepository(unit.session), script)
            change = self._change(DraftAction.SUBMIT, revision, by)
            values = {"submitted_by": by.staff_id, "reviewed_by": None, "comment": None}
            await DraftRepository(unit.session).change(draft_id, change, **values)
        return await self.draft(draft_id, by)

    async def review(
        self, draft_id: str, action: DraftAction, revision: int, comment: str, by: StaffIdentity
    ) -> DraftView:
        """Approve or reject; raises ``FourEyesError`` for whoever wrote or submitted it."""
        if action not in _REVIEWS:
            raise InvalidInputError("a review approves or rejects", field="action")
        async with self._database.write() as unit:
            drafts = DraftRepository(unit.session)
            if action is DraftAction.APPROVE and by.staff_id in await drafts.writers(draft_id):
                raise FourEyesError("who wrote or submitted a script cannot approve it")
            change = self._change(action, revision, by, why=comment or None)
            values = {"reviewed_by": by.staff_id, "comment": comment or None}
            await drafts.change(draft_id, change, **values)
        return await self.draft(draft_id, by)

    async def move(
        self, draft_id: str, action: DraftAction, revision: int, by: StaffIdentity
    ) -> DraftView:
        """Open it for writing again, or give it up."""
        async with self._database.write() as unit:
            draft = await DraftRepository(unit.session).get(draft_id)
            if draft.version is not None:
                raise ConflictError("it was published: withdraw the version", field="state")
            change = self._change(action, revision, by)
            await DraftRepository(unit.session).change(draft_id, change)
        return await self.draft(draft_id, by)

    async def publish(
        self, draft_id: str, revision: int, in_force_from: datetime | None, by: StaffIdentity
    ) -> DraftView:
        """Make an immutable version, in force from a moment on.

        Raises ``ScriptRefusedError`` for a text with errors, a step that cannot be spoken, a
        PDF that is not here,
        ``SpeechNotReadyError`` while the speech is being rendered, ``ConflictError`` without
        an approval. Nothing that is in force changes then.
        """
        script = await _publishable(await self._seen(draft_id, revision, DraftAction.PUBLISH))
        await self._documents.require(script)
        await require_speech(self._bus, script)
        async with self._database.write() as unit:
            change = self._change(DraftAction.PUBLISH, revision, by)
            await _check_number(ScriptRepository(unit.session), script)
            drafts = DraftRepository(unit.session)
            moved = await drafts.change(draft_id, change, version=script.version)
            publication = Publication(
                at=change.at,
                in_force_from=_from(in_force_from, script, change.at),
                published_by=by.staff_id,
                source=moved.text,
            )
            await ScriptRepository(unit.session).publish(script, publication)
        return await self.draft(draft_id, by)

    async def withdraw(
        self, script_id: str, version: int, reason: str, by: StaffIdentity
    ) -> ScriptVersionText:
        """Take a version back from now on; the one before it is in force again.

        One person may: it is the brake. Sessions that have begun go on with theirs.
        """
        async with self._database.write() as unit:
            scripts, drafts = ScriptRepository(unit.session), DraftRepository(unit.session)
            script = await scripts.get(script_id, version)
            now = self._clock.now()
            await scripts.withdraw(script_id, version, by=by.staff_id, reason=reason, at=now)
            draft = await drafts.of_version(script_id, version)
            if draft is None:
                change = Change(DraftAction.WITHDRAW, 0, by.staff_id, now, reason)
                await drafts.log_version(script_id, version, script.sha256, change)
            else:
                change = Change(DraftAction.WITHDRAW, draft.revision, by.staff_id, now, reason)
                await drafts.change(draft.draft_id, change)
        return await self.version(script_id, version)

    async def _seen(self, draft_id: str, revision: int, action: DraftAction) -> Draft:
        """The draft of exactly that revision, before long checks outside of a transaction.

        The transaction that follows fails if the revision is another one by then.
        """
        async with self._database.read() as session:
            draft = await DraftRepository(session).get(draft_id)
        check_revision(draft, revision)
        after(draft.state, action)
        return draft

    def _change(
        self, action: DraftAction, revision: int, by: StaffIdentity, *, why: str | None = None
    ) -> Change:
        return Change(action, revision, by.staff_id, self._clock.now(), why)


async def _publishable(draft: Draft) -> Script:
    """The script that the text is; raises ``ScriptRefusedError`` with the first error's line."""
    report = await asyncio.to_thread(lint, draft.text)
    for finding in report.findings:
        if finding.level == "error":
            told = f"line {finding.line}: {finding.message.en}"
            raise ScriptRefusedError(told, field=finding.path or "text")
    if report.script is None:
        raise ScriptRefusedError("the text is no script", field="text")
    if report.script.id != draft.script_id:
        raise ScriptRefusedError(f"this is a draft of {draft.script_id}", field="id")
    return report.script


async def _check_number(scripts: ScriptRepository, script: Script) -> None:
    wanted = await scripts.newest_version(script.id) + 1
    if script.version != wanted:
        raise ScriptRefusedError(f"the next version is {wanted}", field="version")


def _from(wanted: datetime | None, script: Script, now: datetime) -> datetime:
    """When it comes into force: as wanted, but not before the day that the script itself names."""
    earliest = earliest_in_force(script, now)
    if wanted is None:
        return earliest
    if wanted < now:
        raise InvalidInputError("a version cannot be in force in the past", field="in_force_from")
    if wanted < earliest:
        told = f"the script says that it is in force from {script.in_force_from}"
        raise InvalidInputError(told, field="in_force_from")
    return wanted
