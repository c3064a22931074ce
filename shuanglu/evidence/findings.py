"""What the steps have established so far, for the steps that build on it.

Stage: inside one verification. A step reads only what a step that it needs has set.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from shuanglu.evidence.journal import JournalEntry
from shuanglu.evidence.manifest import Manifest
from shuanglu.evidence.package import PackageReader
from shuanglu.evidence.statement import Statement
from shuanglu.script.model import Script
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Event

P = TypeVar("P", bound=ev.Payload)


@dataclass(slots=True)
class Findings:
    """Grows from step to step; everything beside the package begins absent."""

    package: PackageReader
    pinned_key: bytes | None = None
    manifest_bytes: bytes = b""
    found_manifest: Manifest | None = None
    signing_key: bytes = b""
    events: tuple[Event, ...] = ()
    found_script: Script | None = None
    journals: dict[int, tuple[JournalEntry, ...]] = field(default_factory=dict)
    statements: dict[str, Statement] = field(default_factory=dict)

    @property
    def manifest(self) -> Manifest:
        """Set by step 1."""
        if self.found_manifest is None:
            raise RuntimeError("a step ran before the one that it needs")
        return self.found_manifest

    @property
    def script(self) -> Script:
        """Set by step 5."""
        if self.found_script is None:
            raise RuntimeError("a step ran before the one that it needs")
        return self.found_script

    def payloads(self, kind: type[P]) -> Iterator[tuple[Event, P]]:
        """Every event of one type, in order, with its payload."""
        for event in self.events:
            if isinstance(event.payload, kind):
                yield event, event.payload

    def first(self, kind: type[P]) -> P | None:
        """The payload of the first event of one type."""
        return next((payload for _, payload in self.payloads(kind)), None)
