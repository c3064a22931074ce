"""The recorder's limits, each with its unit."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class RecordSettings(BaseModel):
    """How often media is made durable, and how much may wait in memory."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first_cluster_ms: int = Field(default=400, ge=50, description="so that saving is seen early")
    cluster_ms: int = Field(default=900, ge=100, le=1000, description="most that a crash loses")
    min_cluster_ms: int = Field(default=200, ge=0, description="a key frame cuts no earlier")
    segment_ms: int = Field(default=1600, ge=100, description="then the next key frame cuts")
    max_segment_ms: int = Field(default=4000, ge=100, description="then any frame cuts")
    wait_for_video_ms: int = Field(default=2000, ge=0, description="before sound goes alone")
    max_cluster_bytes: int = Field(default=8 << 20, ge=1)
    max_pending_bytes: int = Field(default=64 << 20, ge=1, description="waiting for the disk")
    put_retry_ms: int = Field(default=500, ge=1, description="first pause; doubled each time")
    max_put_retry_ms: int = Field(default=15_000, ge=1)
    put_deadline_ms: int = Field(default=10_000, ge=0, description="how long finish waits")
