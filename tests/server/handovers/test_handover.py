"""A session goes on in another browser: once, soon, and the page before has no say any more."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import ClientResponse
from sqlalchemy import text

from server import app_keys
from shuanglu.clock import ManualClock
from shuanglu.timeline import events as ev
from tests.server.handovers.user_agents import CHROME_ANDROID, SAFARI_IOS, WECHAT_ANDROID
from tests.server.stage import Stage

OFFER = "/api/v1/customer/handover"
REDEEM = "/api/v1/customer/handover/redeem"
SESSION = "/api/v1/customer/session"


async def _offer(stage: Stage, token: str, user_agent: str = WECHAT_ANDROID) -> dict[str, Any]:
    response = await stage.request("POST", OFFER, token=token, headers={"User-Agent": user_agent})
    assert response.status == 201, await response.text()
    found: dict[str, Any] = await response.json()
    return found


async def _redeem(
    stage: Stage, code: str, way: str = "link", user_agent: str = CHROME_ANDROID
) -> ClientResponse:
    body = {"code": code, "way": way}
    return await stage.request("POST", REDEEM, json=body, headers={"User-Agent": user_agent})


def _code(offer: dict[str, Any]) -> str:
    url: str = offer["url"]
    return url.split("#h.", 1)[1]


async def _recorded(stage: Stage, session_id: str) -> list[ev.SessionHandedOver]:
    events = await stage.app[app_keys.TIMELINE].read(session_id)
    return [e.payload for e in events if isinstance(e.payload, ev.SessionHandedOver)]


async def test_the_new_browser_goes_on_and_the_old_page_has_no_say(stage: Stage) -> None:
    session_id, old = await stage.join()
    offer = await _offer(stage, old)
    response = await _redeem(stage, _code(offer))
    assert response.status == 200, await response.text()
    found = await response.json()
    assert found["session"]["session_id"] == session_id
    for method, path in (("GET", SESSION), ("POST", OFFER), ("POST", "/api/v1/customer/token")):
        refused = await stage.request(method, path, token=old)
        await stage.problem(refused, 401, "handed_over")
    assert (await stage.request("GET", SESSION, token=found["token"])).status == 200
    renewed = await stage.request("POST", "/api/v1/customer/token", token=found["token"])
    fresh = (await renewed.json())["token"]
    assert (await stage.request("GET", SESSION, token=fresh)).status == 200


async def test_the_record_says_which_kinds_of_browser_and_nothing_of_the_person(
    stage: Stage,
) -> None:
    session_id, token = await stage.join()
    await _redeem(stage, _code(await _offer(stage, token)))
    (recorded,) = await _recorded(stage, session_id)
    assert recorded == ev.SessionHandedOver(
        number=1,
        way="link",
        from_browser=ev.BrowserKind.WECHAT,
        to_browser=ev.BrowserKind.BROWSER,
        from_platform=ev.Platform.ANDROID,
        to_platform=ev.Platform.ANDROID,
        device="not_told",
        liveness_passed=False,
    )


async def test_another_device_after_liveness_is_told(stage: Stage) -> None:
    session_id, token = await stage.join()
    judged = ev.LivenessJudged(
        step_id="liveness",
        attempt=1,
        challenge=1,
        kind=ev.ChallengeKind.GESTURES,
        outcome=ev.ChallengeOutcome.PASSED,
        reasons=(),
        scores={},
        policy_version=1,
    )
    draft = ev.EventDraft(actor=ev.Actor.SYSTEM, payload=judged)
    await stage.app[app_keys.TIMELINE].append(session_id, [draft])
    offer = await _offer(stage, token)
    assert (await _redeem(stage, _code(offer), "qr", SAFARI_IOS)).status == 200
    (recorded,) = await _recorded(stage, session_id)
    assert (recorded.device, recorded.liveness_passed, recorded.way) == ("other", True, "qr")


async def test_eight_digits_do_as_well(stage: Stage) -> None:
    session_id, token = await stage.join()
    offer = await _offer(stage, token)
    assert len(offer["digits"]) == 8
    assert offer["short_url"].endswith("/h")
    assert (await _redeem(stage, offer["digits"], "digits")).status == 200
    assert [each.way for each in await _recorded(stage, session_id)] == ["digits"]
    # The link of the same code is used up with them.
    await stage.problem(await _redeem(stage, _code(offer)), 410, "handover_refused")


async def test_digits_are_no_link_and_a_link_no_digits(stage: Stage) -> None:
    _, token = await stage.join()
    offer = await _offer(stage, token)
    for code, way in ((offer["digits"], "link"), (_code(offer), "digits")):
        await stage.problem(await _redeem(stage, code, way), 410, "handover_refused")


async def test_used_expired_withdrawn_and_unknown_are_refused_alike(
    stage: Stage, clock: ManualClock
) -> None:
    _, token = await stage.join()
    withdrawn, expired = await _offer(stage, token), await _offer(stage, token)
    refusals = [await _redeem(stage, "x" * 24), await _redeem(stage, _code(withdrawn))]
    clock.advance(ms=expired["lifetime_ms"])
    refusals.append(await _redeem(stage, _code(expired)))
    refusals.append(await _redeem(stage, expired["digits"], "digits"))
    used = await _offer(stage, token)
    assert (await _redeem(stage, _code(used))).status == 200
    refusals.append(await _redeem(stage, _code(used)))
    problems = [await stage.problem(each, 410, "handover_refused") for each in refusals]
    assert all(each == problems[0] for each in problems)


async def test_a_code_works_to_the_last_moment(stage: Stage, clock: ManualClock) -> None:
    _, token = await stage.join()
    offer = await _offer(stage, token)
    assert offer["lifetime_ms"] <= 120_000
    clock.advance(ms=offer["lifetime_ms"] - 1)
    assert (await _redeem(stage, _code(offer))).status == 200


async def test_of_ten_redemptions_at_once_exactly_one_wins(stage: Stage) -> None:
    session_id, token = await stage.join()
    offer = await _offer(stage, token)
    answers = await asyncio.gather(*(_redeem(stage, _code(offer)) for _ in range(10)))
    assert [each.status for each in answers].count(200) == 1
    assert len(await _recorded(stage, session_id)) == 1


async def test_a_session_can_be_handed_over_again(stage: Stage) -> None:
    session_id, first = await stage.join()
    second = (await (await _redeem(stage, _code(await _offer(stage, first)))).json())["token"]
    third = (await (await _redeem(stage, _code(await _offer(stage, second)))).json())["token"]
    for stale in (first, second):
        refused = await stage.request("GET", SESSION, token=stale)
        await stage.problem(refused, 401, "handed_over")
    assert (await stage.request("GET", SESSION, token=third)).status == 200
    assert [each.number for each in await _recorded(stage, session_id)] == [1, 2]


async def test_codes_are_kept_as_hashes_only(stage: Stage) -> None:
    _, token = await stage.join()
    offer = await _offer(stage, token)
    async with stage.app[app_keys.DATABASE].read() as session:
        (row,) = (await session.execute(text("SELECT * FROM handovers"))).all()
    kept = " ".join(str(value) for value in row)
    assert offer["digits"] not in kept
    assert _code(offer) not in kept
    # And nobody who has only the row can try all digits: the hash is keyed.
    key = stage.parts.token_key
    assert key.keyed_hash(offer["digits"], purpose="handover digits") in kept
    assert key.keyed_hash(offer["digits"], purpose="another") not in kept


async def test_a_page_cannot_ask_for_codes_without_end(stage: Stage, clock: ManualClock) -> None:
    _, token = await stage.join()
    for _ in range(stage.parts.settings.handovers_per_window):
        await _offer(stage, token)
    refused = await stage.request("POST", OFFER, token=token)
    await stage.problem(refused, 429, "too_many_attempts")
    clock.advance(ms=stage.parts.settings.customer_requests_window_s * 1000 + 1)
    await _offer(stage, token)


async def test_digits_cannot_be_guessed_without_end_though_links_go_on(
    stage: Stage, clock: ManualClock
) -> None:
    _, token = await stage.join()
    window_ms = stage.parts.settings.code_attempts_window_s * 1000
    guesses = 1  # joining took a code from this address, too
    per_address = stage.parts.settings.code_attempts_per_address
    assert per_address < stage.parts.settings.handover_guesses_per_window
    offer = await _offer(stage, token)
    while guesses < per_address:
        wrong = f"{(int(offer['digits']) + 1 + guesses) % 100_000_000:08d}"
        await stage.problem(await _redeem(stage, wrong, "digits"), 410, "handover_refused")
        guesses += 1
    await stage.problem(await _redeem(stage, offer["digits"], "digits"), 429, "too_many_attempts")
    clock.advance(ms=window_ms + 1)
    # As if from many addresses: the wrong ones of everybody together have a limit, too.
    everybody = stage.app[app_keys.LIMITS].handover_guess
    for _ in range(stage.parts.settings.handover_guesses_per_window):
        everybody.count("everybody")
    await stage.problem(await _redeem(stage, offer["digits"], "digits"), 429, "too_many_attempts")
    assert (await _redeem(stage, _code(offer))).status == 200


async def test_a_finished_session_is_not_handed_over(stage: Stage) -> None:
    session_id, token = await stage.join()
    offer = await _offer(stage, token)
    verdict = ev.VerdictGiven(outcome=ev.Outcome.INCOMPLETE, recorded_ms=0, gap_ms=0)
    draft = ev.EventDraft(actor=ev.Actor.SYSTEM, payload=verdict)
    await stage.app[app_keys.TIMELINE].append(session_id, [draft])
    await stage.problem(await _redeem(stage, _code(offer)), 409, "timeline_closed")
    await stage.problem(await stage.request("POST", OFFER, token=token), 409, "timeline_closed")
    # A refused hand-over takes nothing away: the page before still sees its receipt.
    assert (await stage.request("GET", SESSION, token=token)).status == 200


async def test_the_short_address_leads_to_the_page_that_takes_digits(stage: Stage) -> None:
    for path in ("/h", "/h/"):
        response = await stage.request("GET", path)
        assert (response.status, response.headers["Location"]) == (302, "/c/#enter")
