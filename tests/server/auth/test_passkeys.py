from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shuanglu.clock import ManualClock
from tests.evidence.authenticator import UP, UV, Authenticator
from tests.server.stage import Stage

ADD_OPTIONS = "/api/v1/staff/passkeys/options"
ADD = "/api/v1/staff/passkeys"
LOGIN_OPTIONS = "/api/v1/staff/passkey-login/options"
LOGIN = "/api/v1/staff/passkey-login"


async def _options_to_add(stage: Stage) -> dict[str, Any]:
    response = await stage.staff("POST", ADD_OPTIONS)
    assert response.status == 200, await response.text()
    found: dict[str, Any] = (await response.json())["options"]
    return found


async def _options_to_log_in(stage: Stage) -> dict[str, Any]:
    response = await stage.request("POST", LOGIN_OPTIONS)
    found: dict[str, Any] = (await response.json())["options"]
    return found


async def _added(stage: Stage) -> Authenticator:
    key = Authenticator()
    credential = key.create(await _options_to_add(stage))
    response = await stage.staff("POST", ADD, json={"credential": credential})
    assert response.status == 201, await response.text()
    return key


async def _log_in(stage: Stage, credential: Any) -> Any:
    return await stage.request("POST", LOGIN, json={"credential": credential})


async def test_add_a_passkey_and_log_in_with_it(stage: Stage) -> None:
    options = await _options_to_add(stage)
    assert options["rp"]["id"] == "localhost"
    assert [item["alg"] for item in options["pubKeyCredParams"]] == [-7, -257]
    assert options["authenticatorSelection"]["userVerification"] == "required"
    key = await _added(stage)
    assert key.id in str(await _options_to_add(stage)), "not to be made twice"
    options = await _options_to_log_in(stage)
    assert "admin" not in str(options)
    assert not options.get("allowCredentials"), "the options name nobody"
    response = await _log_in(stage, key.get(options))
    assert (await response.json())["passkeys"] == 1
    cookie = response.cookies["shuanglu_staff"].value
    me = await stage.request("GET", "/api/v1/staff/me", cookie=cookie)
    assert (await me.json())["username"] == "admin"


async def test_a_challenge_is_good_once(stage: Stage) -> None:
    key = await _added(stage)
    options = await _options_to_log_in(stage)
    assert (await _log_in(stage, key.get(options))).status == 200
    await stage.problem(await _log_in(stage, key.get(options)), 401, "not_authenticated")


async def test_of_many_uses_of_one_assertion_exactly_one_wins(stage: Stage) -> None:
    key = await _added(stage)
    assertion = key.get(await _options_to_log_in(stage))
    responses = await asyncio.gather(*(_log_in(stage, assertion) for _ in range(10)))
    assert sorted(response.status for response in responses) == [200] + [401] * 9


async def test_a_challenge_expires(stage: Stage, clock: ManualClock) -> None:
    key = await _added(stage)
    options = await _options_to_log_in(stage)
    clock.advance(ms=stage.parts.settings.challenge_lifetime_s * 1000)
    await stage.problem(await _log_in(stage, key.get(options)), 401, "not_authenticated")


async def test_a_challenge_for_one_purpose_serves_no_other(stage: Stage) -> None:
    key = await _added(stage)
    options = await _options_to_add(stage)
    await stage.problem(await _log_in(stage, key.get(options)), 401, "not_authenticated")
    credential = Authenticator().create(await _options_to_log_in(stage))
    response = await stage.staff("POST", ADD, json={"credential": credential})
    await stage.problem(response, 422, "confirmation_refused")


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"rp_id": "evil.example"},
        {"flags": UP},
        {"flags": UV},
        {"sign_count": -1},
    ],
    ids=str,
)
async def test_what_does_not_verify_lets_nobody_in(stage: Stage, wrong: dict[str, Any]) -> None:
    key = await _added(stage)
    # One good login first, so that the counter stands at 1 and a lower one is a copy's.
    assert (await _log_in(stage, key.get(await _options_to_log_in(stage)))).status == 200
    for name, value in wrong.items():
        setattr(key, name, value)
    if key.sign_count == -1:
        key.sign_count = 0
    response = await _log_in(stage, key.get(await _options_to_log_in(stage)))
    await stage.problem(response, 401, "not_authenticated")
    credential = Authenticator(**{k: v for k, v in wrong.items() if k != "sign_count"}).create(
        await _options_to_add(stage)
    )
    response = await stage.staff("POST", ADD, json={"credential": credential})
    expected = 201 if "sign_count" in wrong else 422
    assert response.status == expected, await response.text()


async def test_anothers_key_and_an_unknown_one_are_one_error(stage: Stage) -> None:
    known = await _added(stage)
    unknown = Authenticator()
    forged = Authenticator(credential_id=known.credential_id)
    answers = [
        await stage.problem(
            await _log_in(stage, key.get(await _options_to_log_in(stage))),
            401,
            "not_authenticated",
        )
        for key in (unknown, forged)
    ]
    assert answers[0] == answers[1]


async def test_the_same_passkey_is_added_once(stage: Stage) -> None:
    key = await _added(stage)
    credential = key.create(await _options_to_add(stage))
    response = await stage.staff("POST", ADD, json={"credential": credential})
    await stage.problem(response, 409, "conflict")


JUNK: list[Any] = [
    None, "", "x", "AAAA", "!!", 3, [], {}, "A" * 20_000,
    {"clientDataJSON": "AAAA"},
    {"clientDataJSON": "e30", "attestationObject": "AAAA"},
]  # fmt: skip


@pytest.mark.parametrize("junk", JUNK, ids=lambda value: str(value)[:20])
async def test_credentials_of_another_form_are_refused(stage: Stage, junk: Any) -> None:
    key = await _added(stage)
    for path, make, options in (
        (ADD, Authenticator().create, _options_to_add),
        (LOGIN, key.get, _options_to_log_in),
    ):
        good = make(await options(stage))
        broken = [{**good, name: junk} for name in ("id", "rawId", "response", "type")]
        broken += [
            {**good, "response": {**good["response"], name: junk}} for name in good["response"]
        ]
        for credential in broken:
            cookie = await stage.staff_cookie() if path == ADD else None
            response = await stage.request(
                "POST", path, json={"credential": credential}, cookie=cookie
            )
            # The name of the transport or user handle does not matter to a verifier.
            assert response.status in {200, 201, 400, 401, 409, 422, 429}, await response.text()
