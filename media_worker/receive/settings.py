"""The receiver's limits and wishes, each with its unit."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ReceiveSettings(BaseModel):
    """What one phone may send, and how we ask for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host_addresses: list[str] | None = Field(
        default=None, description="addresses to offer; None: those of every interface"
    )
    max_offer_bytes: int = Field(default=64 << 10, ge=1)
    max_remote_candidates: int = Field(default=24, ge=1)
    max_ssrcs: int = Field(default=16, ge=4, description="streams that one phone may open")
    max_frame_bytes: int = Field(default=4 << 20, ge=1)
    max_pending_packets: int = Field(default=2048, ge=16, description="behind a gap")
    socket_buffer_bytes: int = Field(default=2 << 20, ge=1)

    video_gap_ms: int = Field(default=600, ge=0, description="wait for retransmission")
    audio_gap_ms: int = Field(default=120, ge=0, description="wait out re-ordering only")
    nack_interval_ms: int = Field(default=50, ge=1)
    key_frame_interval_ms: int = Field(default=2000, ge=100)
    first_key_frame_retry_ms: int = Field(default=300, ge=50)
    report_interval_ms: int = Field(default=1000, ge=100)

    start_bitrate_bps: int = Field(default=1_800_000, ge=50_000)
    max_bitrate_bps: int = Field(default=2_500_000, ge=50_000, description="REMB ceiling")
    min_bitrate_bps: int = Field(default=150_000, ge=30_000, description="REMB floor under loss")

    connect_timeout_ms: int = Field(default=15_000, ge=100)
    silent_after_ms: int = Field(default=3000, ge=100, description="one track without media")
    closed_after_ms: int = Field(default=10_000, ge=100, description="both without media")
