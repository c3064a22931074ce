"""The package of a sealed record as a stream of zip bytes, the same every time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from backing.objects import ObjectStore
from server.evidence.contents import joined, object_key
from server.evidence.stretch_objects import StretchKeys, parse_journal
from shuanglu.evidence.assembly import NamedObject, script_file, timeline_file
from shuanglu.evidence.checks.package import key_file_of
from shuanglu.evidence.manifest import Manifest
from shuanglu.evidence.names import (
    KEY_FILE,
    MANIFEST_FILE,
    README_FILE,
    SCRIPT_FILE,
    SIGNATURE_FILE,
    TIMELINE_FILE,
)
from shuanglu.evidence.readme import readme_sealed_as
from shuanglu.evidence.zip_writer import ZipWriter
from shuanglu.script.model import Script
from shuanglu.timeline.chain import canonical_bytes
from shuanglu.timeline.events import Event


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """A signed manifest, and what its small files are written from."""

    manifest: Manifest
    manifest_bytes: bytes
    signature: str
    signing_key: bytes
    script: Script
    events: Sequence[Event]


async def package_stream(objects: ObjectStore, record: SealedRecord) -> AsyncIterator[bytes]:
    """The zip's bytes in pieces."""
    archive = ZipWriter()
    for name, data in _small_files(record):
        for out in archive.add(name, len(data), [data]):
            yield out
    async for name, size, keys in _stored_files(objects, record.manifest):
        entry = archive.begin(name, size)
        async for piece in joined(objects, keys):
            yield entry.write(piece)
        yield entry.end()
    yield archive.finish()


def _small_files(record: SealedRecord) -> list[tuple[str, bytes]]:
    key_file = canonical_bytes(key_file_of(record.signing_key).model_dump(mode="json"))
    manifest = record.manifest
    roles = {entry.role for entry in manifest.objects}
    readme = readme_sealed_as(manifest.readme.sha256, manifest.record_number, roles=roles)
    return [
        (README_FILE, readme),
        (MANIFEST_FILE, record.manifest_bytes),
        (SIGNATURE_FILE, record.signature.encode()),
        (KEY_FILE, key_file),
        (TIMELINE_FILE, timeline_file(record.events)),
        (SCRIPT_FILE, script_file(record.script)),
    ]


async def _stored_files(
    objects: ObjectStore, manifest: Manifest
) -> AsyncIterator[tuple[str, int, tuple[str, ...]]]:
    session_id = manifest.session_id
    for media in manifest.media:
        keys = StretchKeys(session_id, media.stretch)
        entries = parse_journal(await objects.get(keys.journal))
        yield media.file, media.bytes, keys.media(entries)
        yield media.journal.file, media.journal.bytes, (keys.journal,)
    for item in manifest.objects:
        named = NamedObject(item.role, item.sha256)
        yield item.file, item.bytes, (object_key(session_id, named),)
