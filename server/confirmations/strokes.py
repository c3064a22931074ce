"""Takes a handwritten signature: stores the strokes, then asks the director to judge the moment.

It never decides whether the signature counts: the worker that sees the face does.
"""

from __future__ import annotations

from backing.bus import Bus
from backing.objects import ObjectStore
from server.timeline.service import TimelineService
from shuanglu.errors import ConflictError, InvalidInputError, TooLargeError
from shuanglu.evidence.strokes import strokes_of
from shuanglu.script.model import SignatureStep
from shuanglu.script.runner import RunPhase
from shuanglu.wire.bus import Done, SignatureRequest
from shuanglu.wire.http import Signature

MAX_POINTS = 20_000
"""Of all strokes together: three minutes at 120 points a second."""
JUDGEMENT_TIMEOUT_S = 10.0
"""The director waits for the observers to have seen the picture around the signature."""


class StrokesService:
    """Signatures of sessions."""

    def __init__(self, timeline: TimelineService, objects: ObjectStore, bus: Bus) -> None:
        self._timeline = timeline
        self._objects = objects
        self._bus = bus

    async def accept(self, session_id: str, signature: Signature) -> None:
        """Store and hand on; raises what the director raises, and stores nothing out of turn."""
        points = sum(len(stroke) for stroke in signature.strokes)
        if points > MAX_POINTS:
            raise TooLargeError(f"a signature may have {MAX_POINTS} points", field="strokes")
        await self._require_turn(session_id, signature, points)
        strokes = strokes_of(session_id, signature)
        key = f"sessions/{session_id}/objects/{strokes.sha256}"
        await self._objects.put(key, strokes.canonical, content_type="application/json")
        await self._bus.request(
            "media.signature",
            SignatureRequest(
                session_id=session_id,
                step_id=signature.step_id,
                attempt=signature.attempt,
                strokes_sha256=strokes.sha256,
                strokes=len(strokes.strokes),
                points=strokes.point_count,
                duration_ms=strokes.duration_ms,
            ),
            Done,
            timeout_s=JUDGEMENT_TIMEOUT_S,
        )

    async def _require_turn(self, session_id: str, signature: Signature, points: int) -> None:
        loaded = await self._timeline.load(session_id)
        run = loaded.state.run
        awaited = (run.phase, run.step_id, run.attempt)
        if awaited != (RunPhase.AWAITING, signature.step_id, signature.attempt):
            raise ConflictError("no signature is awaited", field="step_id")
        step = loaded.script.step(signature.step_id)
        if not isinstance(step, SignatureStep):
            raise ConflictError("no signature is awaited", field="step_id")
        if points < step.min_points:
            raise InvalidInputError("that is too short to be a signature", field="strokes")
