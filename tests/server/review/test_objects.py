"""Objects that a timeline names: shown to staff, and nothing else."""

from __future__ import annotations

import structlog

from server import app_keys
from shuanglu.timeline import events as ev
from shuanglu.timeline.chain import sha256_hex
from shuanglu.timeline.events import Actor, EventDraft
from tests.server.stage import Stage

JPEG = b"\xff\xd8\xff\xe0 a card"
SHA256 = sha256_hex(JPEG)


async def _captured(stage: Stage, stored: bytes = JPEG) -> str:
    session_id, _ = await stage.join()
    key = f"sessions/{session_id}/objects/{SHA256}"
    await stage.parts.objects.put(key, stored, content_type="image/jpeg")
    payload = ev.IdentityCaptured(
        step_id="identity",
        attempt=1,
        side=ev.CardSide.FRONT,
        at_ms=0,
        still_sha256=SHA256,
        still_bytes=len(JPEG),
        sharpness=1.0,
        glare_share=0.0,
    )
    draft = EventDraft(actor=Actor.SYSTEM, payload=payload)
    await stage.app[app_keys.TIMELINE].append(session_id, [draft])
    return session_id


async def test_the_still_of_a_card_is_shown_and_the_look_is_logged(stage: Stage) -> None:
    session_id = await _captured(stage)
    with structlog.testing.capture_logs() as logs:
        response = await stage.staff("GET", f"/api/v1/sessions/{session_id}/objects/{SHA256}")
    assert response.status == 200
    assert await response.read() == JPEG
    assert response.content_type == "image/jpeg"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    (look,) = [entry for entry in logs if entry["event"] == "object_viewed"]
    assert (look["session_id"], look["sha256"]) == (session_id, SHA256)
    assert look["staff_id"]


async def test_what_this_session_does_not_name_is_not_found(stage: Stage) -> None:
    session_id = await _captured(stage)
    other, _ = await stage.join()
    for path in (
        f"{other}/objects/{SHA256}",
        f"{session_id}/objects/{'0' * 64}",
        f"{session_id}/objects/{SHA256.upper()}",
        f"{session_id}/objects/..%2F..%2Fheader",
        f"ses_none/objects/{SHA256}",
    ):
        await stage.problem(await stage.staff("GET", f"/api/v1/sessions/{path}"), 404, "not_found")


async def test_another_object_in_its_place_is_not_shown(stage: Stage) -> None:
    session_id = await _captured(stage, stored=b"<script>")
    response = await stage.staff("GET", f"/api/v1/sessions/{session_id}/objects/{SHA256}")
    await stage.problem(response, 404, "not_found")
