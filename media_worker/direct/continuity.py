"""Is it still the same person? The face over a span, compared with the session's reference.

Stage: asked at every answer and every signature. It measures nothing; rules decide.
"""

from __future__ import annotations

from typing import Literal

from media_worker.direct.stage import Stage
from shuanglu.rules.evidence import face_continuity
from shuanglu.rules.identity import shipped_identity
from shuanglu.timeline import events as ev

REACH_MS = 15_000
"""A face is compared at the first look 12 s after the time before, or sooner where it is doubtful:
look back as far as the policy lets an identity stand. When this was 12 s, a signature that fell
between the two was "not evaluated"."""


def face_during(stage: Stage, purpose: Literal["answer", "signature"]) -> ev.FaceCompared:
    """The comparison over the attempt that is going on, ready to be appended."""
    policy = shipped_identity()
    to_ms = stage.now_ms()
    from_ms = max(0, to_ms - REACH_MS)
    measured = stage.senses.measurements(from_ms, to_ms)
    score, outcome = face_continuity(measured, from_ms, to_ms, policy)
    return ev.FaceCompared(
        purpose=purpose,
        step_id=stage.state.step_id,
        attempt=stage.state.attempt,
        at_ms=to_ms,
        score=score,
        same_from=policy.same_from,
        other_below=policy.other_below,
        outcome=outcome,
        policy_version=policy.version,
        model_sha256=stage.face_sha256,
    )
