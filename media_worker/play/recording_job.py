"""What goes into the process that reads a recorded voice, and what comes out.

Stage: the contract of two processes. It never decodes anything.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from shuanglu.wire.views import Cue

MAX_RECORDING_BYTES = 24 * 1024 * 1024
"""Two minutes of 48 kHz stereo WAV; six as FLAC."""
MAX_RECORDING_S = 360
"""What is said in a step has at most 1200 characters: about five minutes."""
MIN_RECORDING_S = 0.5


class RecordingJob(BaseModel):
    """One audio file and the words that are said in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    file: Path
    say: str
    into: Path


class RecordingReport(BaseModel):
    """The converted file, or why there is none."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    file: str | None = None
    cues: tuple[Cue, ...] = ()
    error: str | None = None
