"""The media's own chain: one entry a cluster, each head covering every byte before it.

Stage: written beside the media by the recorder, read again by recovery, sealing,
the player's index and the verifier.
"""

from __future__ import annotations

import hashlib

from pydantic import Field

from shuanglu.timeline.events import Sha256Hex
from shuanglu.wire.base import Wire


class JournalEntry(Wire):
    """One cluster of a stretch, as written and synced."""

    cluster: int = Field(ge=1)
    segment: int = Field(ge=1)
    offset: int = Field(ge=1, description="bytes from the beginning of the stretch")
    size: int = Field(ge=1, description="bytes")
    sha256: Sha256Hex
    start_ms: int = Field(ge=0, description="media time of the session")
    end_ms: int = Field(ge=0)
    begins_with_key_frame: bool
    head: Sha256Hex


def first_head(header: bytes) -> str:
    """The head before any cluster: the hash of the container header."""
    return hashlib.sha256(header).hexdigest()


def next_head(head: str, cluster_sha256: str) -> str:
    """``SHA-256(previous head ‖ SHA-256(cluster))``, over raw bytes."""
    return hashlib.sha256(bytes.fromhex(head) + bytes.fromhex(cluster_sha256)).hexdigest()
