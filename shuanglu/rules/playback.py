"""Was a prompt really played? The rule over the phone's proof and what the server sent.

Stage: a pure judgement, live and over a record. The phone measures (WebRTC ``inbound-rtp``
statistics), the server knows what it sent; neither is believed alone. It proves that sound left
the decoder of an unmuted element on a visible page, not that somebody listened.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shuanglu.timeline.events import PlaybackProof

OPUS_SAMPLES_PER_MS = 48
"""``jitterBufferEmittedCount`` counts samples at 48 kHz (W3C webrtc-stats)."""


@dataclass(frozen=True, slots=True)
class PlaybackPolicy:
    """How much of a prompt must have arrived and been played."""

    version: int = 2
    min_received_ratio: float = 0.95
    max_received_ratio: float = 1.05
    """More than was sent is not a proof but an invention."""
    received_slack_packets: int = 5
    min_emitted_ratio: float = 0.95
    """A sample that leaves the jitter buffer was sent: what came too late never leaves it, and
    what is filled in for it was never there. So W3C webrtc-stats has it, and so were the proofs of
    three recorded sales: the samples of the packets (and the tail of a test sound before the first
    speech), whatever was filled in."""
    is_emitted_filled_in: bool = False
    """Version 1 took the filled-in samples for emitted ones, and subtracted them."""
    max_concealed_ratio: float = 0.10
    concealed_at_ends_ms: int = 250
    """The phone reads its counters ten times a second: what is filled in before the first packet
    and after the last is counted in. Of a speech of 1.6 s that alone was a tenth and more."""
    min_energy_per_s: float = 1e-5
    """Speech normalised to −20 dBFS gives about 1e-2 a second; silence gives 0."""
    max_hidden_ms: int = 0


EARLIER = PlaybackPolicy(
    version=1, min_emitted_ratio=0.90, is_emitted_filled_in=True, concealed_at_ends_ms=0
)
"""By which records until 2026-11-27 were made. Which rule held is not in a record."""
Refusal = Literal["page_hidden", "proof_insufficient"]


def refusal_of(
    proof: PlaybackProof,
    *,
    sent_packets: int,
    duration_ms: int,
    policy: PlaybackPolicy | None = None,
) -> Refusal | None:
    """Why the proof does not suffice, or ``None`` when it does."""
    rule = policy or PlaybackPolicy()
    if proof.page_hidden_ms > rule.max_hidden_ms:
        return "page_hidden"
    played = (
        _received_enough(proof, sent_packets, rule)
        and _emitted_enough(proof, duration_ms, rule)
        and proof.audio_energy >= rule.min_energy_per_s * duration_ms / 1000
        and not proof.element_paused
        and not proof.element_muted
        and proof.element_volume > 0
    )
    return None if played else "proof_insufficient"


def proves(proof: PlaybackProof, *, sent_packets: int, duration_ms: int) -> bool:
    """Whether a record's proof suffices by this rule, or by the one by which it may be made."""
    return any(
        refusal_of(proof, sent_packets=sent_packets, duration_ms=duration_ms, policy=rule) is None
        for rule in (PlaybackPolicy(), EARLIER)
    )


def _received_enough(proof: PlaybackProof, sent_packets: int, rule: PlaybackPolicy) -> bool:
    most = sent_packets * rule.max_received_ratio + rule.received_slack_packets
    return sent_packets * rule.min_received_ratio <= proof.packets_received <= most


def _emitted_enough(proof: PlaybackProof, duration_ms: int, rule: PlaybackPolicy) -> bool:
    due = duration_ms * OPUS_SAMPLES_PER_MS
    filled_in = proof.samples_concealed if rule.is_emitted_filled_in else 0
    at_ends = rule.concealed_at_ends_ms * OPUS_SAMPLES_PER_MS
    return (
        proof.samples_emitted - filled_in >= due * rule.min_emitted_ratio
        and proof.samples_concealed <= due * rule.max_concealed_ratio + at_ends
    )
