"""What was recorded, and what was not."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from shuanglu.timeline.events.payload import MediaMs, Payload, Sha256Hex


class RecordingStarted(Payload):
    """The first frame of the session was stored; media time 0 is this moment."""

    type: Literal["recording.started"] = "recording.started"
    origin: datetime = Field(description="server wall time of media time 0")


class StretchBegun(Payload):
    """A peer connection delivers media; its frames go to one stretch."""

    type: Literal["stretch.begun"] = "stretch.begun"
    stretch: int = Field(ge=1)
    start_ms: MediaMs
    video_codec: Literal["VP8", "H264"]
    init_sha256: Sha256Hex = Field(description="hash of the container header of the stretch")


class MediaStored(Payload):
    """Clusters up to and including ``cluster`` of a stretch are on disk, synced and chained."""

    type: Literal["media.stored"] = "media.stored"
    stretch: int = Field(ge=1)
    segment: int = Field(ge=1, description="number of the segment object in its stretch")
    clusters: int = Field(ge=1, description="clusters of the stretch stored so far")
    stored_bytes: int = Field(ge=1, description="bytes of the stretch so far, header included")
    end_ms: MediaMs
    head: Sha256Hex = Field(description="journal head after that cluster")
    segment_sha256: Sha256Hex
    segment_bytes: int = Field(ge=1)


class StretchEnded(Payload):
    """No more media will be added to this stretch."""

    type: Literal["stretch.ended"] = "stretch.ended"
    stretch: int = Field(ge=1)
    end_ms: MediaMs
    clusters: int
    stored_bytes: int
    head: Sha256Hex
    reason: Literal["finished", "disconnected", "replaced", "recovered"]


class MediaGap(Payload):
    """Nothing was recorded here. A gap is told, never hidden."""

    type: Literal["media.gap"] = "media.gap"
    from_ms: MediaMs
    to_ms: MediaMs
    reason: Literal["disconnected", "server_restarted", "replaced", "track_silent"]


class ClocksAligned(Payload):
    """Audio was stepped onto the video clock by the RTCP sender reports (RFC 3550 6.4.1)."""

    type: Literal["clocks.aligned"] = "clocks.aligned"
    stretch: int
    audio_step_ms: float


class CustomerConnected(Payload):
    """A page of the customer opened its signalling connection."""

    type: Literal["customer.connected"] = "customer.connected"
    connection_id: str


class CustomerDisconnected(Payload):
    """The signalling connection ended."""

    type: Literal["customer.disconnected"] = "customer.disconnected"
    connection_id: str
