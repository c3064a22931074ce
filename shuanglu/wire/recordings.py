"""Recorded voices for scripts, over HTTP and on the bus."""

from __future__ import annotations

from pydantic import Field

from shuanglu.timeline.events import Sha256Hex
from shuanglu.wire.base import Wire


def recording_key(sha256: str) -> str:
    """Where a recording lies in the object store, as it was uploaded."""
    return f"recordings/{sha256}"


class RecordingRequest(Wire):
    """Whether a recording that lies in the object store can be played."""

    sha256: Sha256Hex


class RecordingView(Wire):
    """A recording that can be played: its hash belongs into the script."""

    sha256: Sha256Hex = Field(description="of the file as it was uploaded")
    audio_sha256: Sha256Hex = Field(description="of what is played: /api/v1/speech/…")
    duration_ms: int
