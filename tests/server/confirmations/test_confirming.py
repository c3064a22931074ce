from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shuanglu.evidence.assertion import base64url, check_signed
from shuanglu.evidence.cose import RS256
from shuanglu.timeline import events as ev
from shuanglu.timeline.chain import sha256_hex
from tests.evidence.authenticator import Authenticator, DeviceKeyHolder
from tests.server.evidence.act import SessionAct
from tests.server.stage import Stage


async def awaiting(stage: Stage) -> SessionAct:
    act = await SessionAct.joined(stage)
    await act.until_confirmation()
    return act


async def refused(
    act: SessionAct, response: Any, status: int = 422, code: str = "confirmation_refused"
) -> None:
    """Refused with a clear error, and nothing of it in the timeline."""
    await act.stage.problem(response, status, code)
    assert "confirmation.signed" not in await act.types()


# --- keys -----------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", [-7, RS256])
async def test_a_passkey_signs_the_statement(stage: Stage, algorithm: int) -> None:
    act = await awaiting(stage)
    await act.confirmed(Authenticator(algorithm=algorithm))
    types = await act.types()
    assert types[-3:] == ["credential.registered", "statement.issued", "confirmation.signed"]
    events = await act.events()
    key, signed = events[-3].payload, events[-1].payload
    assert isinstance(key, ev.CredentialRegistered)
    assert isinstance(signed, ev.ConfirmationSigned)
    data = await stage.parts.objects.get(
        f"sessions/{act.session_id}/objects/{signed.statement_sha256}"
    )
    check_signed(signed, key, data)


async def test_the_page_learns_of_its_key_without_asking_for_a_statement(stage: Stage) -> None:
    act = await awaiting(stage)
    assert await key_assurance(act) is None
    await DeviceAct(act).register()
    assert await key_assurance(act) == "device_key_and_code"
    await act.register(Authenticator())
    assert await key_assurance(act) == "webauthn_user_verified", "the newest counts"
    assert "statement.issued" not in await act.types()


async def key_assurance(act: SessionAct) -> Any:
    response = await act.stage.request("GET", "/api/v1/customer/session", token=act.token)
    return (await response.json())["key_assurance"]


async def test_registration_demands_the_algorithms_and_the_person(stage: Stage) -> None:
    act = await SessionAct.joined(stage)
    found = (await (await act.post("/credentials/webauthn/options")).json())["options"]
    assert [item["alg"] for item in found["pubKeyCredParams"]] == [-7, -257]
    assert found["authenticatorSelection"]["userVerification"] == "required"
    assert found["authenticatorSelection"]["residentKey"] == "preferred"
    assert "张三" not in str(found)


@pytest.mark.parametrize(
    "settings_",
    [
        {"origin": "https://elsewhere.example"},
        {"rp_id": "elsewhere.example"},
        {"flags": 0x01},
    ],
    ids=["origin", "relying-party", "not-verified"],
)
async def test_a_key_that_does_not_verify_is_refused(
    stage: Stage, settings_: dict[str, Any]
) -> None:
    act = await SessionAct.joined(stage)
    await stage.problem(await act.register(Authenticator(**settings_)), 422, "confirmation_refused")
    assert "credential.registered" not in await act.types()


async def test_a_registration_is_good_once_and_for_its_own_session(stage: Stage) -> None:
    act, other = await SessionAct.joined(stage), await SessionAct.joined(stage)
    options = (await (await act.post("/credentials/webauthn/options")).json())["options"]
    body = {"credential": Authenticator().create(options)}
    foreign = await other.post("/credentials/webauthn", body)
    await stage.problem(foreign, 422, "confirmation_refused")
    assert (await act.post("/credentials/webauthn", body)).status == 201
    again = await act.post("/credentials/webauthn", body)
    await stage.problem(again, 422, "confirmation_refused")


@pytest.mark.parametrize(
    "credential", [{}, {"response": {}}, {"response": {"clientDataJSON": "x"}}]
)
async def test_what_is_no_credential_is_refused(stage: Stage, credential: dict[str, Any]) -> None:
    act = await SessionAct.joined(stage)
    response = await act.post("/credentials/webauthn", {"credential": credential})
    await stage.problem(response, 422, "confirmation_refused")


@pytest.mark.parametrize("public_key", ["A" * 60, "!" * 60, base64url(bytes(91))])
async def test_what_is_no_device_key_is_refused(stage: Stage, public_key: str) -> None:
    act = await SessionAct.joined(stage)
    response = await act.post("/credentials/device-key", {"public_key": public_key})
    await stage.problem(response, 422, "confirmation_refused")


# --- the statement ----------------------------------------------------------------------


async def test_the_statement_says_what_was_confirmed(stage: Stage) -> None:
    act = await awaiting(stage)
    await act.register(Authenticator())
    head = (await act.events())[-1]
    found = await act.statement()
    assert sha256_hex(found["statement_canonical"].encode()) == found["statement_sha256"]
    challenge = base64url(bytes.fromhex(found["statement_sha256"]))
    assert found["webauthn_options"]["challenge"] == challenge
    assert found["webauthn_options"]["userVerification"] == "required"
    assert found["one_time_code_channel"] is None
    statement = found["statement"]
    assert statement["timeline"] == {"seq": head.seq, "head": head.hash}
    assert [item["step_id"] for item in statement["confirmed"]] == [
        step.id for step in act.performance.script.steps[:-1]
    ]
    assert len(found["lines"]) == 1 + len(statement["confirmed"])


async def test_there_is_no_statement_before_its_turn(stage: Stage) -> None:
    act = await SessionAct.joined(stage)
    await act.until_signature()
    await act.register(Authenticator())
    await stage.problem(await act.post("/statement", act.step), 409, "conflict")
    assert "statement.issued" not in await act.types()


@pytest.mark.parametrize("wanted", [{"attempt": 2}, {"step_id": "risk"}, {"step_id": "unknown"}])
async def test_there_is_no_statement_of_another_step(stage: Stage, wanted: dict[str, Any]) -> None:
    act = await awaiting(stage)
    await act.register(Authenticator())
    response = await act.post("/statement", {**act.step, **wanted})
    await stage.problem(response, 409, "conflict")


async def test_there_is_no_statement_without_a_key(stage: Stage) -> None:
    act = await awaiting(stage)
    await stage.problem(await act.post("/statement", act.step), 409, "conflict")


async def test_asked_again_the_open_statement_is_given_again(stage: Stage) -> None:
    act = await awaiting(stage)
    await act.register(Authenticator())
    first = await act.statement()
    assert await act.statement() == first
    assert (await act.types()).count("statement.issued") == 1
    act.clock.advance(ms=stage.parts.settings.challenge_lifetime_s * 600)
    assert (await act.statement())["statement_sha256"] != first["statement_sha256"]


# --- the signature over it -----------------------------------------------------------------


@pytest.mark.parametrize(
    "settings_",
    [
        {"origin": "https://elsewhere.example"},
        {"rp_id": "elsewhere.example"},
        {"flags": 0x01},
        {"flags": 0x04},
        {"key": Authenticator().key},
        {"credential_id": bytes(16)},
        {"sign_count": -1},
    ],
    ids=["origin", "rp", "not-verified", "not-present", "other-key", "other-id", "counter"],
)
async def test_an_assertion_that_does_not_verify_is_refused(
    stage: Stage, settings_: dict[str, Any]
) -> None:
    act = await awaiting(stage)
    authenticator = Authenticator(sign_count=5)
    await act.register(authenticator)
    statement = await act.statement()
    for name, value in settings_.items():
        setattr(authenticator, name, value)
    assertion = authenticator.get(statement["webauthn_options"])
    await refused(act, await act.confirm(statement, webauthn=assertion))


async def test_an_assertion_for_another_statement_is_refused(stage: Stage) -> None:
    act = await awaiting(stage)
    authenticator = Authenticator()
    await act.register(authenticator)
    statement = await act.statement()
    other = {"challenge": base64url(bytes(32))}
    await refused(act, await act.confirm(statement, webauthn=authenticator.get(other)))
    unknown = {"statement_sha256": "00" * 32}
    assertion = authenticator.get(statement["webauthn_options"])
    await refused(act, await act.confirm(unknown, webauthn=assertion))
    assert (await act.confirm(statement, webauthn=assertion)).status == 204


async def test_a_key_of_another_session_is_refused(stage: Stage) -> None:
    act, other = await awaiting(stage), await SessionAct.joined(stage)
    mine, foreign = Authenticator(), Authenticator()
    await act.register(mine)
    await other.register(foreign)
    statement = await act.statement()
    assertion = foreign.get(statement["webauthn_options"])
    await refused(act, await act.confirm(statement, webauthn=assertion))


async def test_a_statement_of_another_session_is_refused(stage: Stage) -> None:
    act, other = await awaiting(stage), await awaiting(stage)
    authenticator = Authenticator()
    await act.register(authenticator)
    await other.register(authenticator)
    statement = await act.statement()
    assertion = authenticator.get(statement["webauthn_options"])
    await refused(other, await other.confirm(statement, webauthn=assertion))


async def test_an_expired_statement_is_refused(stage: Stage) -> None:
    act = await awaiting(stage)
    authenticator = Authenticator()
    await act.register(authenticator)
    statement = await act.statement()
    act.clock.advance(ms=stage.parts.settings.challenge_lifetime_s * 1000)
    assertion = authenticator.get(statement["webauthn_options"])
    await refused(act, await act.confirm(statement, webauthn=assertion))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"webauthn": {}},
        {"webauthn": {"id": "x", "response": {}}},
        {"webauthn": {"id": ["x"]}, "device_signature": "x"},
    ],
)
async def test_what_is_no_signature_is_refused(stage: Stage, fields: dict[str, Any]) -> None:
    act = await awaiting(stage)
    await act.register(Authenticator())
    await refused(act, await act.confirm(await act.statement(), **fields))


async def test_submitted_twice_it_is_in_the_timeline_once(stage: Stage) -> None:
    act = await awaiting(stage)
    authenticator = Authenticator()
    await act.register(authenticator)
    statement = await act.statement()
    assertion = authenticator.get(statement["webauthn_options"])
    answers = await asyncio.gather(*(act.confirm(statement, webauthn=assertion) for _ in range(5)))
    assert {answer.status for answer in answers} == {204}
    assert (await act.types()).count("confirmation.signed") == 1


async def test_after_an_interruption_the_old_statement_is_worth_nothing(stage: Stage) -> None:
    act = await awaiting(stage)
    authenticator = Authenticator()
    await act.register(authenticator)
    statement = await act.statement()
    await act.append(ev.StepFailed(step_id=act.step["step_id"], attempt=1, reason="interrupted"))
    assertion = authenticator.get(statement["webauthn_options"])
    await refused(act, await act.confirm(statement, webauthn=assertion), 409, "conflict")


# --- the weaker way: device key and one-time code --------------------------------------------


class DeviceAct:
    """A customer in a browser without WebAuthn."""

    def __init__(self, act: SessionAct) -> None:
        self.act = act
        self.key = DeviceKeyHolder()
        self.statement: dict[str, Any] = {}

    async def register(self) -> None:
        body = {"public_key": base64url(self.key.spki)}
        assert (await self.act.post("/credentials/device-key", body)).status == 201

    async def prepare(self) -> None:
        await self.register()
        self.statement = await self.act.statement()

    async def code(self) -> str:
        url = f"/api/v1/sessions/{self.act.session_id}"
        detail = await (await self.act.stage.staff("GET", url)).json()
        return str(detail["one_time_code"])

    async def confirm(self, code: str | None, signature: bytes | None = None) -> Any:
        canonical = self.statement["statement_canonical"].encode()
        signed = self.key.sign(canonical) if signature is None else signature
        fields = {"device_signature": base64url(signed), "one_time_code": code}
        return await self.act.confirm(self.statement, **fields)


@pytest.fixture
async def device(stage: Stage) -> DeviceAct:
    device = DeviceAct(await awaiting(stage))
    await device.prepare()
    return device


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def test_a_device_key_and_the_code_sign_too(device: DeviceAct) -> None:
    assert device.statement["webauthn_options"] is None
    assert device.statement["one_time_code_channel"] == "shown_to_staff"
    assert (await device.confirm(await device.code())).status == 204
    signed = (await device.act.events())[-1].payload
    assert isinstance(signed, ev.ConfirmationSigned)
    assert signed.assurance is ev.Assurance.DEVICE_KEY_AND_CODE
    assert signed.one_time_code_channel == "shown_to_staff"


async def test_the_code_is_told_to_nobody_but_staff(device: DeviceAct) -> None:
    code = await device.code()
    assert code not in str(device.statement)
    data = b"".join(
        [await device.act.stage.parts.objects.get(key) for key in await _keys(device.act)]
    )
    assert code.encode() not in data


async def _keys(act: SessionAct) -> list[str]:
    return await act.stage.parts.objects.keys(f"sessions/{act.session_id}/objects/")


async def test_a_wrong_code_counts_and_five_are_the_end(device: DeviceAct) -> None:
    code = await device.code()
    for _ in range(5):
        await refused(device.act, await device.confirm(wrong(code)))
    await refused(device.act, await device.confirm(code))


async def test_guesses_at_once_do_not_slip_through(device: DeviceAct) -> None:
    code = await device.code()
    await asyncio.gather(*(device.confirm(wrong(code)) for _ in range(8)))
    await refused(device.act, await device.confirm(code))


async def test_without_a_code_or_with_another_signature_it_is_refused(device: DeviceAct) -> None:
    await refused(device.act, await device.confirm(None))
    other = DeviceKeyHolder().sign(device.statement["statement_canonical"].encode())
    await refused(device.act, await device.confirm(await device.code(), other))
    await refused(device.act, await device.confirm(await device.code(), b"short"))
    assert (await device.confirm(await device.code())).status == 204


async def test_the_code_expires(device: DeviceAct) -> None:
    code = await device.code()
    device.act.clock.advance(ms=device.act.stage.parts.settings.challenge_lifetime_s * 1000)
    await refused(device.act, await device.confirm(code))
