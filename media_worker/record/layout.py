"""Where a stretch lies in the spool and in the object store; names only, no files touched."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shuanglu.container.header import VideoCodec

HEADER = "header"
JOURNAL = "journal.jsonl"
ORIGIN = "stretch.json"
ENDED = "ended.json"
SEGMENT_SUFFIX = ".seg"

HEADER_TYPE = "application/octet-stream"
SEGMENT_TYPE = "application/octet-stream"
JOURNAL_TYPE = "application/x-ndjson"


class StretchOrigin(BaseModel):
    """What recovery must know of a stretch and the media does not say."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    stretch: int = Field(ge=1)
    start_ms: int = Field(ge=0, description="media time of the session")
    video_codec: VideoCodec
    recording_origin: AwareDatetime | None = Field(
        default=None, description="wall time of media time 0, should nobody have committed it"
    )


@dataclass(frozen=True, slots=True)
class StretchLayout:
    """Paths in the spool and keys in the object store of one stretch."""

    spool_dir: Path
    session_id: str
    stretch: int

    @property
    def name(self) -> str:
        """``stretch-0001``."""
        return f"stretch-{self.stretch:04d}"

    @property
    def folder(self) -> Path:
        """Folder of the stretch in the spool."""
        return self.spool_dir / self.session_id / self.name

    def segment_path(self, segment: int) -> Path:
        """File of a segment in the spool."""
        return self.folder / segment_name(segment)

    def key(self, name: str) -> str:
        """Key of one of the stretch's objects."""
        return f"sessions/{self.session_id}/{self.name}/{name}"


def segment_name(segment: int) -> str:
    """``000001.seg``."""
    return f"{segment:06d}{SEGMENT_SUFFIX}"
