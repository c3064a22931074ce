from __future__ import annotations

import asyncio
from typing import Any

from server import app_keys
from shuanglu.clock import ManualClock
from shuanglu.timeline import events as ev
from shuanglu.timeline.chain import canonical_bytes, sha256_hex
from tests.server.stage import Stage, code_in

CONSENTS = "/api/v1/customer/consents"
WORDS = "我同意录音录像"


async def _events(stage: Stage, session_id: str) -> list[str]:
    events = await stage.app[app_keys.TIMELINE].read(session_id)
    return [event.payload.type for event in events]


async def _consent(stage: Stage, token: str, kind: str, *, granted: bool) -> Any:
    body = {"kind": kind, "granted": granted, "text": WORDS}
    response = await stage.request("POST", CONSENTS, json=body, token=token)
    assert response.status == 200, await response.text()
    return await response.json()


async def test_the_code_becomes_a_token_for_this_session(stage: Stage) -> None:
    invitation = await stage.invite(customer_name="欧阳修文")
    response = await stage.exchange(code_in(invitation))
    found = await response.json()
    assert found["session"]["session_id"] == invitation["session_id"]
    assert found["session"]["customer_name_masked"] == "欧**"
    assert found["session"]["phase"] == "joined"
    assert found["session"]["consent_face"] is None
    assert "欧阳修文" not in await response.text()
    session = await stage.request("GET", "/api/v1/customer/session", token=found["token"])
    assert await session.json() == found["session"]


async def test_of_twenty_exchanges_at_once_exactly_one_wins(stage: Stage) -> None:
    invitation = await stage.invite()
    responses = await asyncio.gather(*(stage.exchange(code_in(invitation)) for _ in range(20)))
    statuses = [response.status for response in responses]
    assert statuses.count(200) == 1
    assert statuses.count(410) == 19
    types = await _events(stage, invitation["session_id"])
    assert types.count("invitation.redeemed") == 1


async def test_used_expired_and_unknown_codes_say_so(stage: Stage, clock: ManualClock) -> None:
    used, expired = await stage.invite(), await stage.invite()
    assert (await stage.exchange(code_in(used))).status == 200
    await stage.problem(await stage.exchange(code_in(used)), 410, "invitation_used")
    await stage.problem(await stage.exchange("x" * 24), 404, "not_found")
    clock.advance(ms=stage.parts.settings.invitation_lifetime_s * 1000)
    await stage.problem(await stage.exchange(code_in(expired)), 410, "invitation_expired")


async def test_a_withdrawn_code_is_like_one_that_never_was(stage: Stage) -> None:
    first = await stage.invite()
    path = f"/api/v1/sessions/{first['session_id']}/invitations"
    second = await (await stage.staff("POST", path)).json()
    withdrawn = await stage.problem(await stage.exchange(code_in(first)), 404, "not_found")
    unknown = await stage.problem(await stage.exchange("y" * 24), 404, "not_found")
    assert withdrawn == unknown
    assert (await stage.exchange(code_in(second))).status == 200


async def test_codes_cannot_be_tried_without_end(stage: Stage, clock: ManualClock) -> None:
    invitation = await stage.invite()
    for number in range(stage.parts.settings.code_attempts_per_address):
        await stage.problem(await stage.exchange(f"guess-{number:020d}"), 404, "not_found")
    refused = await stage.exchange(code_in(invitation))
    await stage.problem(refused, 429, "too_many_attempts")
    clock.advance(ms=stage.parts.settings.code_attempts_window_s * 1000 + 1)
    assert (await stage.exchange(code_in(invitation))).status == 200


async def test_a_token_is_renewed_while_the_session_is_open(
    stage: Stage, clock: ManualClock
) -> None:
    session_id, token = await stage.join()
    clock.advance(ms=stage.parts.settings.customer_token_lifetime_s * 1000 - 1)
    renewed = await stage.request("POST", "/api/v1/customer/token", token=token)
    assert renewed.status == 200
    clock.advance(ms=1)
    old = await stage.request("GET", "/api/v1/customer/session", token=token)
    await stage.problem(old, 401, "not_authenticated")
    fresh = (await renewed.json())["token"]
    assert (await stage.request("GET", "/api/v1/customer/session", token=fresh)).status == 200
    verdict = ev.VerdictGiven(outcome=ev.Outcome.INCOMPLETE, recorded_ms=0, gap_ms=0)
    draft = ev.EventDraft(actor=ev.Actor.SYSTEM, payload=verdict)
    await stage.app[app_keys.TIMELINE].append(session_id, [draft])
    closed = await stage.request("POST", "/api/v1/customer/token", token=fresh)
    await stage.problem(closed, 409, "timeline_closed")
    still = await stage.request("GET", "/api/v1/customer/session", token=fresh)
    assert (await still.json())["phase"] == "closed"


async def test_two_choices_are_recorded_with_the_words_that_were_shown(stage: Stage) -> None:
    session_id, token = await stage.join()
    assert (await _consent(stage, token, "recording", granted=True))["consent_recording"] is True
    session = await _consent(stage, token, "face", granted=True)
    assert (session["consent_recording"], session["consent_face"]) == (True, True)
    await _consent(stage, token, "face", granted=True)
    types = await _events(stage, session_id)
    assert types[-2:] == ["consent.recorded", "consent.recorded"], "the same again is no event"
    event = (await stage.app[app_keys.TIMELINE].read(session_id))[-1]
    assert isinstance(event.payload, ev.ConsentRecorded)
    sha256 = event.payload.text_sha256
    stored = await stage.parts.objects.get(f"sessions/{session_id}/objects/{sha256}")
    assert stored == canonical_bytes(WORDS)
    assert sha256_hex(stored) == sha256


async def test_refusing_face_processing_leads_to_a_person(stage: Stage) -> None:
    session_id, token = await stage.join()
    session = await _consent(stage, token, "face", granted=False)
    assert session["phase"] == "staffed"
    assert session["consent_face"] is False
    await _consent(stage, token, "face", granted=True)
    await _consent(stage, token, "face", granted=False)
    types = await _events(stage, session_id)
    assert types.count("route.staffed") == 1


async def test_refusing_the_recording_is_told_to_staff(stage: Stage) -> None:
    session_id, token = await stage.join()
    session = await _consent(stage, token, "recording", granted=False)
    assert session["consent_recording"] is False
    detail = await (await stage.staff("GET", f"/api/v1/sessions/{session_id}")).json()
    assert detail["summary"]["alerts"] == ["recording_consent_refused"]


async def test_one_session_cannot_flood_the_server(stage: Stage) -> None:
    _, token = await stage.join()
    limit = stage.parts.settings.customer_requests_per_window
    for _ in range(limit):
        await stage.request("GET", "/api/v1/customer/session", token=token)
    refused = await stage.request("GET", "/api/v1/customer/session", token=token)
    await stage.problem(refused, 429, "too_many_attempts")
    _, other = await stage.join()
    assert (await stage.request("GET", "/api/v1/customer/session", token=other)).status == 200
