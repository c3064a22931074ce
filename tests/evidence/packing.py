"""Packs a performed session into a package, honestly or as a forger would."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shuanglu.evidence.assembly import (
    NamedObject,
    assemble,
    script_file,
    timeline_file,
)
from shuanglu.evidence.assertion import base64url
from shuanglu.evidence.checks.package import key_file_of, key_id_of
from shuanglu.evidence.manifest import JournalFile, Manifest, MediaEntry, SoftwareEntry
from shuanglu.evidence.names import (
    KEY_FILE,
    MANIFEST_FILE,
    README_FILE,
    SCRIPT_FILE,
    SIGNATURE_FILE,
    TIMELINE_FILE,
    journal_file,
    media_file,
)
from shuanglu.evidence.package import ZipPackage
from shuanglu.evidence.readme import readme_file
from shuanglu.evidence.report import Report
from shuanglu.evidence.verification import verify
from shuanglu.evidence.zip_writer import ZipWriter
from shuanglu.script.model import Script
from shuanglu.timeline.chain import GENESIS_HASH, canonical_bytes, link, sha256_hex
from shuanglu.timeline.events import Event, EventDraft
from tests.evidence.performance import Performance
from tests.evidence.stretches import StretchMedia

RECORD_NUMBER = "SL-20261123-7KQ2M9XB"
Files = dict[str, bytes]


@dataclass
class Sealed:
    """What the server holds when it seals: an operator may change any of it first."""

    script: Script
    events: list[Event]
    stretches: list[StretchMedia]
    objects: dict[NamedObject, bytes]
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @classmethod
    def of(cls, performance: Performance) -> Sealed:
        return cls(
            performance.script,
            list(performance.events),
            performance.stretches,
            dict(performance.objects),
        )

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    def manifest(self) -> Manifest:
        return assemble(
            record_number=RECORD_NUMBER,
            sealed_at=self.events[-1].recorded_at + timedelta(seconds=1),
            software=SoftwareEntry(name="shuanglu", version="test"),
            script=self.script,
            events=self.events,
            media=[media_entry(stretch) for stretch in self.stretches],
            object_bytes={named: len(data) for named, data in self.objects.items()},
            signing_key_id=key_id_of(self.public_key),
        )

    def files(self) -> Files:
        files: Files = {
            README_FILE: readme_file(RECORD_NUMBER, roles={named.role for named in self.objects}),
            TIMELINE_FILE: timeline_file(self.events),
            SCRIPT_FILE: script_file(self.script),
        }
        for stretch in self.stretches:
            files[media_file(stretch.number, stretch.codec)] = stretch.file
            files[journal_file(stretch.number)] = stretch.journal
        files |= {named.file: data for named, data in self.objects.items()}
        return self.signed(files, self.manifest())

    def signed(self, files: Files, manifest: Manifest) -> Files:
        data = manifest.canonical
        key_file = key_file_of(self.public_key).model_dump(mode="json")
        return {
            **files,
            MANIFEST_FILE: data,
            SIGNATURE_FILE: base64url(self.key.sign(data)).encode(),
            KEY_FILE: canonical_bytes(key_file),
        }

    def with_events(self, change: Callable[[list[EventDraft]], None]) -> Sealed:
        """The operator's forgery: change what was said, then link the whole chain anew."""
        drafts = [draft_of(event) for event in self.events]
        change(drafts)
        times = [event.recorded_at for event in self.events]
        times += [times[-1]] * max(0, len(drafts) - len(times))
        return replace(self, events=relinked(self.events[0].session_id, drafts, times))


def draft_of(event: Event) -> EventDraft:
    return EventDraft(actor=event.actor, media_time_ms=event.media_time_ms, payload=event.payload)


def relinked(session_id: str, drafts: Sequence[EventDraft], times: Sequence[Any]) -> list[Event]:
    events: list[Event] = []
    for draft, at in zip(drafts, times, strict=False):
        head = events[-1].hash if events else GENESIS_HASH
        events.append(
            link(draft, session_id=session_id, seq=len(events) + 1, prev_hash=head, recorded_at=at)
        )
    return events


def media_entry(stretch: StretchMedia) -> MediaEntry:
    return MediaEntry(
        file=media_file(stretch.number, stretch.codec),
        bytes=len(stretch.file),
        sha256=sha256_hex(stretch.file),
        stretch=stretch.number,
        clusters=len(stretch.clusters),
        header_bytes=len(stretch.header),
        start_ms=stretch.start_ms,
        end_ms=stretch.end_ms,
        video_codec=stretch.codec,
        journal=JournalFile(
            file=journal_file(stretch.number),
            bytes=len(stretch.journal),
            sha256=sha256_hex(stretch.journal),
        ),
        journal_head=stretch.head,
    )


def zip_of(files: Files) -> bytes:
    archive = ZipWriter()
    out = [piece for name, data in files.items() for piece in archive.add(name, len(data), [data])]
    return b"".join([*out, archive.finish()])


def verified(data: bytes | Files, *, pinned_key: bytes | None = None) -> Report:
    raw = data if isinstance(data, bytes) else zip_of(data)
    return verify(ZipPackage(io.BytesIO(raw)), pinned_key=pinned_key)


def first_failure(data: bytes | Files, *, pinned_key: bytes | None = None) -> tuple[int, str]:
    """Number and reason of the first step that fails; (0, "") when all pass."""
    report = verified(data, pinned_key=pinned_key)
    failed = report.first_failure
    assert report.passed == (failed is None)
    return (failed.number, failed.reason or "") if failed else (0, "")
