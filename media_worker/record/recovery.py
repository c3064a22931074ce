"""Finds what a dead process had recorded, and makes it a record again.

Stage: at start, before any new session. It trusts the disk only as far as the bytes
agree: whole clusters count, a torn tail is moved aside under its own name, the journal
is rebuilt from the media where its last lines are missing, and bytes that contradict
the journal are reported, never repaired.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from pydantic import ValidationError

from backing.durable import sync_file, sync_folder, write_file
from backing.objects.interface import ObjectStore
from media_worker.record.layout import (
    ENDED,
    HEADER,
    HEADER_TYPE,
    JOURNAL,
    JOURNAL_TYPE,
    ORIGIN,
    SEGMENT_SUFFIX,
    SEGMENT_TYPE,
    StretchLayout,
    StretchOrigin,
)
from media_worker.record.rebuilt import RebuiltStretch, rebuild
from media_worker.record.saving import ObjectSaver, Waiting
from media_worker.record.settings import RecordSettings
from shuanglu.evidence.journal import JournalEntry, first_head
from shuanglu.timeline.events import MediaStored, StretchBegun, StretchEnded

_log = structlog.get_logger(__name__)

STRETCH_FOLDERS = "stretch-[0-9][0-9][0-9][0-9]*"


@dataclass(frozen=True, slots=True)
class RecoveredStretch:
    """A stretch found in the spool, with every event that belongs to it.

    The caller appends those that the timeline does not hold yet.
    """

    number: int
    begun: StretchBegun
    stored: tuple[MediaStored, ...]
    ended: StretchEnded
    torn_bytes: int
    damage: tuple[str, ...]
    files: tuple[Waiting, ...]
    recording_origin: datetime | None = None


async def recover_spool(
    spool_dir: Path,
    session_id: str,
    *,
    objects: ObjectStore,
    settings: RecordSettings | None = None,
) -> list[RecoveredStretch]:
    """Every stretch of a session in the spool, oldest first, saved to the object store.

    Running it again gives the same answer. An object store that does not answer within
    the settings' deadline keeps being tried; the files stay in the spool meanwhile.
    """
    limits = settings or RecordSettings()
    stretches = await asyncio.to_thread(recover_files, spool_dir, session_id)
    saver = ObjectSaver(objects, limits, _log_refused)
    for stretch in stretches:
        for file in stretch.files:
            saver.add(file)
    await saver.saved(deadline_ms=limits.put_deadline_ms)
    return stretches


def _log_refused(key: str) -> None:
    _log.error("object store holds other bytes than the spool", key=key)


def recover_files(spool_dir: Path, session_id: str) -> list[RecoveredStretch]:
    """The part of :func:`recover_spool` that touches only the local disk; blocking."""
    found: list[RecoveredStretch] = []
    for folder in sorted((spool_dir / session_id).glob(STRETCH_FOLDERS)):
        origin = _origin(folder)
        header = folder / HEADER
        if origin is None or not header.is_file():
            # It died before its header was durable: nothing was recorded or announced.
            _log.warning("stretch without a header", session_id=session_id, stretch=folder.name)
            continue
        layout = StretchLayout(spool_dir, session_id, origin.stretch)
        found.append(_recover(layout, origin, header.read_bytes()))
    return found


def _origin(folder: Path) -> StretchOrigin | None:
    try:
        return StretchOrigin.model_validate_json((folder / ORIGIN).read_bytes())
    except (OSError, ValidationError):
        return None


def _recover(layout: StretchLayout, origin: StretchOrigin, header: bytes) -> RecoveredStretch:
    journal = _read_journal(layout.folder / JOURNAL)
    rebuilt = rebuild(layout, origin, header, journal)
    _move_torn_tail_aside(rebuilt)
    ended = _read_ended(layout.folder / ENDED) or rebuilt.ended(first_head(header))
    if not rebuilt.damage and not (layout.folder / ENDED).is_file():
        lines = b"".join(e.model_dump_json().encode() + b"\n" for e in rebuilt.entries)
        write_file(layout.folder / JOURNAL, lines)
        write_file(layout.folder / ENDED, ended.model_dump_json().encode())
    if rebuilt.damage:
        _log.error(
            "stored media contradict their journal",
            session_id=layout.session_id,
            stretch=layout.stretch,
            damage=list(rebuilt.damage),
        )
    return RecoveredStretch(
        number=origin.stretch,
        begun=StretchBegun(
            stretch=origin.stretch,
            start_ms=origin.start_ms,
            video_codec=origin.video_codec,
            init_sha256=first_head(header),
        ),
        stored=tuple(rebuilt.stored),
        ended=ended,
        torn_bytes=rebuilt.torn_bytes,
        damage=tuple(rebuilt.damage),
        files=_files(layout, rebuilt),
        recording_origin=origin.recording_origin,
    )


def _read_journal(path: Path) -> list[JournalEntry]:
    """Whole lines only: the last one may be torn, and what follows a bad one is not believed."""
    entries: list[JournalEntry] = []
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return entries
    for line in lines[:-1]:
        try:
            entries.append(JournalEntry.model_validate_json(line))
        except ValidationError:
            break
    return entries


def _read_ended(path: Path) -> StretchEnded | None:
    try:
        return StretchEnded.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _move_torn_tail_aside(rebuilt: RebuiltStretch) -> None:
    path = rebuilt.torn_path
    if path is None or not rebuilt.torn_bytes:
        return
    data = path.read_bytes()
    aside = path.with_name(f"{path.name}.torn-at-{rebuilt.torn_offset}")
    write_file(aside, data[rebuilt.torn_offset :])
    if rebuilt.torn_offset == 0:
        path.unlink()
    else:
        os.truncate(path, rebuilt.torn_offset)
        sync_file(path)
    sync_folder(path.parent)


def _files(layout: StretchLayout, rebuilt: RebuiltStretch) -> tuple[Waiting, ...]:
    segments = [
        Waiting(layout.key(path.name), path, SEGMENT_TYPE)
        for path in sorted(layout.folder.glob(f"*{SEGMENT_SUFFIX}"))
        if path in rebuilt.segment_paths
    ]
    return (
        Waiting(layout.key(HEADER), layout.folder / HEADER, HEADER_TYPE),
        *segments,
        Waiting(layout.key(JOURNAL), layout.folder / JOURNAL, JOURNAL_TYPE),
    )
