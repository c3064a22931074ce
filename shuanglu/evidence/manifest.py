"""The manifest: everything that belongs to a record, each with its size and hash.

Stage: built once when a record is sealed, its exact bytes signed; read again by the
verifier. It never signs and never reads a file.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import Field

from shuanglu.evidence.canonical import CanonicalObject
from shuanglu.evidence.names import (
    CARD_NAME,
    DOCUMENT_NAME,
    JOURNAL_NAME,
    MEDIA_NAME,
    OBJECT_NAME,
    PROMPT_NAME,
    README_FILE,
    SCREEN_NAME,
    SCRIPT_FILE,
    TIMELINE_FILE,
)
from shuanglu.timeline.events import Sha256Hex, VerdictGiven
from shuanglu.timeline.events.payload import is_absent
from shuanglu.wire.base import Wire

FORMAT: Final = "shuanglu-evidence-1"
"""Name and version of the package format."""

ByteCount = Annotated[int, Field(ge=0, le=1 << 45)]
Number = Annotated[int, Field(ge=0, le=1 << 40)]


class NamedFile(Wire):
    """One file of the package."""

    file: str = Field(max_length=200)
    bytes: ByteCount
    sha256: Sha256Hex


class SoftwareEntry(Wire):
    """What sealed the record."""

    name: str = Field(max_length=80)
    version: str = Field(max_length=80)


class ScriptEntry(Wire):
    """The script version; ``sha256`` is of its canonical JSON, which is the file."""

    id: str = Field(max_length=40)
    version: int = Field(ge=1)
    sha256: Sha256Hex
    bytes: ByteCount


class TimelineEntry(Wire):
    """The timeline; ``head`` is the hash of its last event, ``sha256`` is of the file."""

    events: Number
    head: Sha256Hex
    sha256: Sha256Hex
    bytes: ByteCount


class JournalFile(NamedFile):
    """The journal of a stretch."""

    file: str = Field(pattern=JOURNAL_NAME.pattern)


class MediaEntry(NamedFile):
    """One stretch: a plain playable file, and its journal. Times are media time."""

    file: str = Field(pattern=MEDIA_NAME.pattern)
    stretch: int = Field(ge=1)
    clusters: Number
    header_bytes: ByteCount = Field(description="bytes before the first cluster")
    start_ms: Number
    end_ms: Number
    video_codec: Literal["VP8", "H264"]
    journal: JournalFile
    journal_head: Sha256Hex


class ObjectEntry(NamedFile):
    """A file named by its own hash."""

    role: Literal["strokes", "statement", "prompt", "consent", "card", "screen", "document"]
    synthetic: Literal[True] | None = Field(
        default=None,
        description="speech that a machine made (人工智能生成, REG-30); absent in older records",
        exclude_if=is_absent,
    )


class ModelEntry(Wire):
    """A model whose output stands in the timeline; ``name`` is what it was used for."""

    name: str = Field(max_length=80)
    sha256: Sha256Hex


class Manifest(CanonicalObject):
    """Format version 1."""

    format: Literal["shuanglu-evidence-1"] = FORMAT
    record_number: str = Field(pattern=r"^SL-[0-9]{8}-[0-9A-Z]{8}$")
    session_id: str = Field(pattern=r"^ses_[0-9A-Z]{1,40}$")
    sealed_at: datetime
    institution: str = Field(max_length=80)
    software: SoftwareEntry
    script: ScriptEntry
    timeline: TimelineEntry
    media: tuple[MediaEntry, ...]
    objects: tuple[ObjectEntry, ...]
    models: tuple[ModelEntry, ...]
    readme: NamedFile
    verdict: VerdictGiven
    signing_key_id: str = Field(pattern=r"^[0-9a-f]{16}$")

    def files(self) -> tuple[NamedFile, ...]:
        """Every file that the package must hold beside the manifest, signature and key."""
        own = (
            _named(TIMELINE_FILE, self.timeline),
            _named(SCRIPT_FILE, self.script),
            self.readme,
        )
        media = tuple(file for entry in self.media for file in (entry, entry.journal))
        return own + media + self.objects


def _named(file: str, entry: TimelineEntry | ScriptEntry) -> NamedFile:
    return NamedFile(file=file, bytes=entry.bytes, sha256=entry.sha256)


def has_lawful_name(file: NamedFile) -> bool:
    """Whether a file's name is the one that its role and hash demand."""
    if isinstance(file, ObjectEntry):
        forms = {
            "prompt": PROMPT_NAME,
            "card": CARD_NAME,
            "screen": SCREEN_NAME,
            "document": DOCUMENT_NAME,
        }
        found = forms.get(file.role, OBJECT_NAME).fullmatch(file.file)
        return found is not None and found.group(1) == file.sha256
    if isinstance(file, MediaEntry | JournalFile):
        return True  # the model's own pattern holds it
    return file.file in {TIMELINE_FILE, SCRIPT_FILE, README_FILE}
