"""Puts a manifest together from what a record holds. Pure: the caller brings sizes and hashes.

Stage: sealing. It reads no object and signs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from shuanglu.errors import ConflictError
from shuanglu.evidence.manifest import (
    Manifest,
    MediaEntry,
    NamedFile,
    ObjectEntry,
    ScriptEntry,
    SoftwareEntry,
    TimelineEntry,
)
from shuanglu.evidence.models import models_named_by
from shuanglu.evidence.names import (
    README_FILE,
    card_file,
    document_file,
    object_file,
    prompt_file,
    screen_file,
)
from shuanglu.evidence.readme import readme_file
from shuanglu.script.model import DocumentStep, Script
from shuanglu.timeline import events as ev
from shuanglu.timeline.chain import canonical_bytes, sha256_hex
from shuanglu.timeline.events import Event

Role = Literal["strokes", "statement", "prompt", "consent", "card", "screen", "document"]


@dataclass(frozen=True, slots=True, order=True)
class NamedObject:
    """An object that the timeline names by its hash."""

    role: Role
    sha256: str

    @property
    def file(self) -> str:
        """Its name in the package."""
        named = {
            "prompt": prompt_file,
            "card": card_file,
            "screen": screen_file,
            "document": document_file,
        }
        return named.get(self.role, object_file)(self.sha256)


def objects_named_by(events: Sequence[Event]) -> tuple[NamedObject, ...]:
    """Every object that belongs to the record, sorted, each once."""
    found: set[NamedObject] = set()
    for event in events:
        match event.payload:
            case ev.SignatureMade(strokes_sha256=sha256):
                found.add(NamedObject("strokes", sha256))
            case ev.StatementIssued(statement_sha256=sha256):
                found.add(NamedObject("statement", sha256))
            case ev.PromptStarted(audio_sha256=sha256) | ev.PromptRepeated(audio_sha256=sha256):
                found.add(NamedObject("prompt", sha256))
            case ev.ConsentRecorded(text_sha256=sha256):
                found.add(NamedObject("consent", sha256))
            case ev.IdentityCaptured(still_sha256=sha256):
                found.add(NamedObject("card", sha256))
            case ev.StillCaptured(still_sha256=sha256):
                found.add(NamedObject("card", sha256))
            case ev.ScreenStored(piece_sha256=sha256):
                found.add(NamedObject("screen", sha256))
    return tuple(sorted(found))


def objects_of_record(script: Script, events: Sequence[Event]) -> tuple[NamedObject, ...]:
    """Those that the timeline names, and the PDF of every document step that was begun."""
    pinned = {
        step.id: step.sha256
        for step in script.steps
        if isinstance(step, DocumentStep) and step.file is not None
    }
    begun = {e.payload.step_id for e in events if isinstance(e.payload, ev.StepBegun)}
    shown = {NamedObject("document", pinned[step_id]) for step_id in begun & pinned.keys()}
    return tuple(sorted(shown.union(objects_named_by(events))))


def synthetic_prompts(events: Sequence[Event]) -> frozenset[str]:
    """Hashes of the prompts that the timeline says a machine spoke (REG-30)."""
    played = (event.payload for event in events)
    return frozenset(
        payload.audio_sha256
        for payload in played
        if isinstance(payload, ev.PromptStarted | ev.PromptRepeated) and payload.synthetic
    )


def timeline_file(events: Sequence[Event]) -> bytes:
    """One canonical JSON event a line."""
    return b"".join(canonical_bytes(event.model_dump(mode="json")) + b"\n" for event in events)


def script_file(script: Script) -> bytes:
    """The canonical JSON whose hash names the version."""
    return canonical_bytes(script.model_dump(mode="json"))


def assemble(
    *,
    record_number: str,
    sealed_at: datetime,
    software: SoftwareEntry,
    script: Script,
    events: Sequence[Event],
    media: Sequence[MediaEntry],
    object_bytes: Mapping[NamedObject, int],
    signing_key_id: str,
) -> Manifest:
    """The manifest of a closed timeline. Raises ``ConflictError`` for one that is not."""
    first, last = events[0].payload, events[-1].payload
    if not isinstance(first, ev.SessionCreated) or not isinstance(last, ev.VerdictGiven):
        raise ConflictError("the timeline is not closed")
    synthetic = synthetic_prompts(events)
    timeline, script_bytes, readme = (
        timeline_file(events),
        script_file(script),
        readme_file(record_number, roles={named.role for named in object_bytes}),
    )
    return Manifest(
        record_number=record_number,
        session_id=events[0].session_id,
        sealed_at=_seal_time(sealed_at, events[-1].recorded_at),
        institution=first.institution,
        software=software,
        script=ScriptEntry(
            id=script.id, version=script.version, sha256=script.sha256, bytes=len(script_bytes)
        ),
        timeline=TimelineEntry(
            events=len(events),
            head=events[-1].hash,
            sha256=sha256_hex(timeline),
            bytes=len(timeline),
        ),
        media=tuple(sorted(media, key=lambda entry: entry.stretch)),
        objects=tuple(
            _object_entry(named, size, synthetic) for named, size in sorted(object_bytes.items())
        ),
        models=models_named_by(events),
        readme=NamedFile(file=README_FILE, bytes=len(readme), sha256=sha256_hex(readme)),
        verdict=last,
        signing_key_id=signing_key_id,
    )


def _object_entry(named: NamedObject, size: int, synthetic: frozenset[str]) -> ObjectEntry:
    return ObjectEntry(
        file=named.file,
        bytes=size,
        sha256=named.sha256,
        role=named.role,
        synthetic=True if named.role == "prompt" and named.sha256 in synthetic else None,
    )


def _seal_time(now: datetime, not_before: datetime) -> datetime:
    """Whole milliseconds in UTC, never before the last event."""
    at = max(now, not_before).astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
