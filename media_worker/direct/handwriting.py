"""The handwriting desk: is the signature the customer's name, legibly written?

Stage: asked when strokes have come in, before the signature is appended. It reads nothing
itself: the recogniser process does, and rules decide. The name never enters a log.
"""

from __future__ import annotations

import asyncio
from typing import Literal

from media_worker.direct.stage import Stage
from shuanglu.errors import NotFoundError, UnavailableError
from shuanglu.evidence.strokes import parse_strokes
from shuanglu.rules.legibility import Form, Reading, form_of, judged, shipped_legibility
from shuanglu.timeline import events as ev
from shuanglu.wire.bus import SignatureRequest

READ_TIMEOUT_S = 4.0
"""A line is read in tens of milliseconds; a card that is being read goes before it."""


async def handwriting_judged(stage: Stage, request: SignatureRequest) -> ev.SignatureJudged:
    """The judgement of strokes that are stored, ready to be appended.

    Raises ``UnavailableError`` when the strokes cannot be fetched: the customer may send them
    again. A recogniser that is missing or late is "not evaluated".
    """
    stored = await _stored(stage, request.strokes_sha256)
    form = await asyncio.to_thread(_form, stored)
    read = await stage.senses.handwriting(stored, timeout_s=READ_TIMEOUT_S)
    reading = None if read is None else Reading(read.text, read.confidence)
    name, name_of = _name(stage)
    policy = shipped_legibility()
    judgement = judged(form, reading, name, policy)
    return ev.SignatureJudged(
        step_id=request.step_id,
        attempt=request.attempt,
        strokes_sha256=request.strokes_sha256,
        outcome=judgement.outcome,
        reasons=judgement.reasons,
        scores=judgement.scores,
        text=None if read is None else read.text,
        name_of=name_of,
        policy_version=policy.version,
        model_sha256=None if read is None else read.model_sha256,
    )


async def _stored(stage: Stage, sha256: str) -> bytes:
    try:
        return await stage.fetch(sha256)
    except NotFoundError as error:
        raise UnavailableError("the strokes are not there yet") from error


def _form(stored: bytes) -> Form:
    strokes = parse_strokes(stored)
    points = [[(point.x, point.y) for point in stroke] for stroke in strokes.strokes]
    return form_of(points, pad_px=(strokes.width_px, strokes.height_px))


def _name(stage: Stage) -> tuple[str, Literal["card", "session"]]:
    """The name that was confirmed from the card; without one, the session's."""
    name = ""
    for event in reversed(stage.events):
        match event.payload:
            case ev.IdentityConfirmed(name=confirmed):
                return confirmed, "card"
            case ev.SessionCreated(customer_name=told):
                name = told
    return name, "session"
