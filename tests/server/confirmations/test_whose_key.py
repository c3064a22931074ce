"""A key confirms for one customer: no staff member's, and no other customer's (R6, R10)."""

from __future__ import annotations

from shuanglu.evidence.assertion import base64url
from tests.evidence.authenticator import Authenticator, DeviceKeyHolder
from tests.server.evidence.act import SessionAct
from tests.server.stage import Stage


async def _of(stage: Stage, customer_name: str) -> SessionAct:
    return SessionAct(stage, *(await stage.join(customer_name=customer_name)))


async def test_a_staff_members_passkey_confirms_for_no_customer(stage: Stage) -> None:
    key = Authenticator()
    response = await stage.staff("POST", "/api/v1/staff/passkeys/options")
    body = {"credential": key.create((await response.json())["options"])}
    added = await stage.staff("POST", "/api/v1/staff/passkeys", json=body)
    assert added.ok, await added.text()
    act = await _of(stage, "张三")
    await stage.problem(await act.register(key), 422, "confirmation_refused")
    assert "credential.registered" not in await act.types()


async def test_another_customers_key_is_refused(stage: Stage) -> None:
    key, device = Authenticator(), {"public_key": base64url(DeviceKeyHolder().spki)}
    before, other = await _of(stage, "张三"), await _of(stage, "李四")
    assert (await before.register(key)).status == 201
    assert (await before.post("/credentials/device-key", device)).status == 201
    await stage.problem(await other.register(key), 422, "confirmation_refused")
    again = await other.post("/credentials/device-key", device)
    await stage.problem(again, 422, "confirmation_refused")
    assert "credential.registered" not in await other.types()


async def test_the_same_customer_may_use_a_key_again(stage: Stage) -> None:
    key = Authenticator()
    for _ in range(2):
        assert (await (await _of(stage, "张三")).register(key)).status == 201
