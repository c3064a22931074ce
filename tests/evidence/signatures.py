"""A handwritten signature, as a page sends it."""

from __future__ import annotations

from shuanglu.wire.http import Signature, StrokePoint


def signature_of(step_id: str, attempt: int) -> Signature:
    stroke = tuple(
        StrokePoint(x=10.0 * n, y=20.5 + n, t_ms=40.0 * n, pressure=0.5) for n in range(12)
    )
    return Signature(
        step_id=step_id, attempt=attempt, width_px=300, height_px=150, strokes=(stroke, stroke[:3])
    )
