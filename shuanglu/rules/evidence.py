"""What observations say of one span of media time: was there a voice, was there a face.

Stage: asked by the director at an answer and at a signature. Pure. It never
takes "nothing was measured" for "nothing was there".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

from shuanglu.rules.identity import IdentityPolicy, face_outcome
from shuanglu.rules.measurement import Measurement
from shuanglu.rules.observation import FacesInSpan, VoiceEvidence, VoiceSpan
from shuanglu.timeline.events import FaceOutcome, Metric

FACE_REACH_MS = 2500
"""A sample speaks for the picture this long before and after it: key frames come
about every two seconds, and a face does not come and go in less unseen."""
COVERED_SHARE = 0.9
"""Least share of a span whose sound must have been processed: a lost packet is no hole."""

Interval = tuple[int, int]


def joined(intervals: Sequence[Interval], added: Interval, *, bridge_ms: int = 0) -> list[Interval]:
    """``intervals`` (sorted, apart) with one more, merged where they touch within ``bridge_ms``."""
    out: list[Interval] = []
    for start, end in sorted([*intervals, added]):
        if out and start <= out[-1][1] + bridge_ms:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def _within(intervals: Iterable[Interval], from_ms: int, to_ms: int) -> list[Interval]:
    cut = ((max(start, from_ms), min(end, to_ms)) for start, end in intervals)
    return [(start, end) for start, end in cut if end > start]


def _length(intervals: Iterable[Interval]) -> int:
    return sum(end - start for start, end in intervals)


def voice_in(
    spans: Iterable[VoiceSpan], processed: Sequence[Interval], from_ms: int, to_ms: int
) -> VoiceEvidence:
    """The voice between two media times.

    ``processed`` are the spans whose sound went through the detector. Speech counts
    wherever it was heard; silence counts as silence only where at least
    ``COVERED_SHARE`` of the span was processed.
    """
    speech: list[Interval] = []
    for span in spans:
        speech = joined(speech, (span.from_ms, span.to_ms))
    heard = _within(speech, from_ms, to_ms)
    covered = _length(_within(processed, from_ms, to_ms))
    return VoiceEvidence(
        speech_ms=_length(heard),
        first_ms=heard[0][0] if heard else None,
        last_ms=heard[-1][1] if heard else None,
        evaluated=to_ms > from_ms and covered >= COVERED_SHARE * (to_ms - from_ms),
    )


def faces_in(samples: Iterable[tuple[int, int]], from_ms: int, to_ms: int) -> FacesInSpan:
    """The faces between two media times, from (media time, number of faces) samples.

    1. Every moment of the span must lie within ``FACE_REACH_MS`` of a sample,
       otherwise ``not_evaluated``.
    2. ``several`` if two samples, or all, show two faces or more.
    3. ``absent`` if more than half show none.
    4. Otherwise ``present``.
    """
    near = sorted(s for s in samples if from_ms - FACE_REACH_MS <= s[0] <= to_ms + FACE_REACH_MS)
    reached: list[Interval] = []
    for at_ms, _ in near:
        reached = joined(reached, (at_ms - FACE_REACH_MS, at_ms + FACE_REACH_MS))
    if not any(start <= from_ms and to_ms <= end for start, end in reached):
        return "not_evaluated"
    counts = [count for _, count in near]
    several = sum(count >= 2 for count in counts)  # noqa: PLR2004 - two faces are several
    if several >= min(2, len(counts)):
        return "several"
    return "absent" if counts.count(0) * 2 > len(counts) else "present"


def face_continuity(
    measurements: Iterable[Measurement], from_ms: int, to_ms: int, policy: IdentityPolicy
) -> tuple[float | None, FaceOutcome]:
    """Whether the face of a span is the session's: the deciding score, and what it comes to.

    1. Faces that are turned away were not calibrated and do not count; none left:
       ``not_evaluated``.
    2. ``other`` if ``other_samples`` comparisons say so, however many say otherwise: a
       short swap must not drown in a long span.
    3. One comparison that says so alone is ``unsure``: it may be an odd picture.
    4. Otherwise what the median says.
    """
    scores = sorted(
        each.metrics[Metric.SAME_FACE]
        for each in measurements
        if from_ms <= each.at_ms <= to_ms
        and Metric.SAME_FACE in each.metrics
        and abs(each.metrics.get(Metric.YAW, 0.0)) <= policy.most_yaw_deg
    )
    if not scores:
        return None, FaceOutcome.NOT_EVALUATED
    others = sum(score < policy.other_below for score in scores)
    if others >= policy.other_samples:
        return scores[policy.other_samples - 1], FaceOutcome.OTHER
    middle = median(scores)
    outcome = face_outcome(middle, policy)
    return middle, FaceOutcome.UNSURE if outcome is FaceOutcome.OTHER else outcome
