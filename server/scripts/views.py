"""Versions and drafts as the office sees them.

Stage: between rows and wire; pure. Staff ids become names here, and only here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby

from server.scripts.drafts import Draft
from server.scripts.repository import PublishedVersion
from server.storage.tables import ScriptChangeRow
from shuanglu.wire.scripts import (
    DraftState,
    DraftSummary,
    ScriptChange,
    ScriptShelf,
    ScriptVersion,
    VersionState,
)

Names = Mapping[str, str]
"""User names by staff id."""


def shelves(
    versions: Iterable[PublishedVersion], drafts: Iterable[Draft], names: Names, now: datetime
) -> tuple[ScriptShelf, ...]:
    """One shelf a script, by id; ``versions`` must come ordered by script, newest first."""
    by_script = {
        script_id: version_views(tuple(found), names, now)
        for script_id, found in groupby(versions, key=lambda one: one.script.id)
    }
    drafted: dict[str, list[DraftSummary]] = {}
    for draft in drafts:
        drafted.setdefault(draft.script_id, []).append(draft_view(draft, names))
    return tuple(
        ScriptShelf(
            script_id=script_id,
            versions=by_script.get(script_id, ()),
            drafts=tuple(drafted.get(script_id, ())),
        )
        for script_id in sorted({*by_script, *drafted})
    )


def version_views(
    versions: tuple[PublishedVersion, ...], names: Names, now: datetime
) -> tuple[ScriptVersion, ...]:
    """All versions of one script, newest first: the first whose day has come is in force."""
    candidates = (v for v in versions if v.withdrawn_at is None and v.in_force_from <= now)
    in_force = next(candidates, None)
    return tuple(_version(one, in_force, names, now) for one in versions)


def _version(
    one: PublishedVersion, in_force: PublishedVersion | None, names: Names, now: datetime
) -> ScriptVersion:
    if one.withdrawn_at is not None:
        state = VersionState.WITHDRAWN
    elif one is in_force:
        state = VersionState.IN_FORCE
    elif one.in_force_from > now:
        state = VersionState.FUTURE
    else:
        state = VersionState.REPLACED
    return ScriptVersion(
        script_id=one.script.id,
        version=one.script.version,
        sha256=one.sha256,
        title=one.script.title,
        state=state,
        published_at=one.published_at,
        published_by=_name(one.published_by, names),
        in_force_from=one.in_force_from,
        withdrawn_at=one.withdrawn_at,
        withdrawn_by=_name(one.withdrawn_by, names),
        withdrawn_because=one.withdrawn_because,
    )


def draft_view(draft: Draft, names: Names) -> DraftSummary:
    """A draft without its text."""
    return DraftSummary(
        draft_id=draft.draft_id,
        script_id=draft.script_id,
        state=draft.state,
        revision=draft.revision,
        created_by=names.get(draft.created_by, draft.created_by),
        changed_at=draft.changed_at,
        submitted_by=_name(draft.submitted_by, names),
        reviewed_by=_name(draft.reviewed_by, names),
        comment=draft.comment,
        version=draft.version,
    )


def change_view(row: ScriptChangeRow, names: Names) -> ScriptChange:
    """One line of a script's history."""
    return ScriptChange(
        at=row.at,
        by=names.get(row.staff_id, row.staff_id),
        action=row.action,
        state=DraftState(row.to_state),
        draft_id=row.draft_id,
        version=row.version,
        why=row.why,
    )


def _name(staff_id: str | None, names: Names) -> str | None:
    return None if staff_id is None else names.get(staff_id, staff_id)
