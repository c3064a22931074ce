"""What goes into the rendering process and what comes out.

Stage: the contract of two processes. It never loads a model.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from shuanglu.wire.views import Cue


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SpokenText(_Frozen):
    """One text to render; ``id`` names the step in reports and errors."""

    id: str
    say: str


class Job(_Frozen):
    """Everything that the process needs."""

    model: Path
    vocabulary: Path
    style: Path
    voice: str
    speed: float
    pause_share: float = 1.0
    into: Path
    texts: tuple[SpokenText, ...]


class Report(_Frozen):
    """One line of the process's output: a rendered text, or why it could not be."""

    id: str
    file: str | None = None
    cues: tuple[Cue, ...] = ()
    error: str | None = None
