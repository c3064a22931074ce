from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest

from server.evidence.install import SEALER, SEALING
from server.evidence.sealing import SealRefusedError
from server.evidence.stretch_objects import StretchKeys
from shuanglu.errors import ConflictError, NotFoundError
from shuanglu.evidence.package import ZipPackage
from shuanglu.evidence.verification import verify
from shuanglu.wire.bus import ToPhone
from shuanglu.wire.signalling import Sealed
from tests.server.evidence.act import SessionAct, until
from tests.server.stage import ORIGIN, Stage


async def test_a_finished_session_seals_by_itself_and_its_package_verifies(stage: Stage) -> None:
    act = await SessionAct.joined(stage)
    number = await act.sealed()
    response = await stage.staff("GET", f"/api/v1/sessions/{act.session_id}/package")
    assert response.status == 200
    assert response.content_type == "application/zip"
    assert f"{number}.zip" in response.headers["Content-Disposition"]
    data = await response.read()
    key = stage.parts.signing_key.public_key
    report = verify(ZipPackage(io.BytesIO(data)), pinned_key=key)
    assert report.passed, report.first_failure
    again = await stage.staff("GET", f"/api/v1/sessions/{act.session_id}/package")
    assert await again.read() == data


async def test_the_phone_gets_the_receipt(stage: Stage) -> None:
    act = await SessionAct.joined(stage)
    told: list[ToPhone] = []

    async def hear(message: ToPhone) -> None:
        told.append(message)

    subscription = await stage.parts.bus.subscribe(f"phone.{act.session_id}", ToPhone, hear)
    number = await act.sealed()

    async def heard() -> bool:
        return any(isinstance(item.message, Sealed) for item in told)

    await until(heard)
    await subscription.close()
    sealed = next(item.message for item in told if isinstance(item.message, Sealed))
    assert sealed.receipt.record_number == number
    link = f"{ORIGIN}/verify/{number}#{sealed.receipt.manifest_sha256}"
    assert sealed.receipt.verify_url == link
    assert "<svg" in sealed.receipt.verify_qr_svg


async def test_anybody_may_check_a_record_and_learns_nothing_personal(stage: Stage) -> None:
    act = await SessionAct.joined(stage)
    number = await act.sealed()
    response = await stage.request("GET", f"/api/v1/records/{number}", origin=None)
    assert response.status == 200
    found = await response.json()
    assert found["outcome"] == "complete"
    assert found["timeline_head"] == (await act.events())[-1].hash
    text = await response.text()
    for secret in ("张三", act.session_id, "稳健"):
        assert secret not in text
    keys = await (await stage.request("GET", "/api/v1/signing-keys")).json()
    assert {"key_id": found["signing_key_id"], "public_key": found["signing_key"]}.items() <= (
        keys["items"][0].items()
    )


@pytest.mark.parametrize("number", ["SL-20261123-AAAAAAAA", "nonsense", "SL-20261123-7kq2m9xb"])
async def test_an_unknown_record_is_not_found(stage: Stage, number: str) -> None:
    response = await stage.request("GET", f"/api/v1/records/{number}")
    await stage.problem(response, 404, "not_found")


async def test_guessing_record_numbers_is_limited(stage: Stage) -> None:
    limit = stage.parts.settings.record_lookups_per_address
    for n in range(limit):
        response = await stage.request("GET", f"/api/v1/records/SL-20261123-{n:08d}")
        assert response.status == 404
    response = await stage.request("GET", "/api/v1/records/SL-20261123-AAAAAAAA")
    await stage.problem(response, 429, "too_many_attempts")


async def test_there_is_no_package_before_the_end(stage: Stage) -> None:
    act = await SessionAct.joined(stage)
    response = await stage.staff("GET", f"/api/v1/sessions/{act.session_id}/package")
    found = await stage.problem(response, 409, "conflict")
    assert "not finished" in found["detail"]
    with pytest.raises(ConflictError):
        await stage.app[SEALING].seal(act.session_id)


@pytest.mark.parametrize("path", ["package", "media/1"])
async def test_only_staff_get_media_and_packages(stage: Stage, path: str) -> None:
    act = await SessionAct.joined(stage)
    url = f"/api/v1/sessions/{act.session_id}/{path}"
    await stage.problem(await stage.request("GET", url), 401, "not_authenticated")
    by_customer = await stage.request("GET", url, token=act.token)
    await stage.problem(by_customer, 401, "not_authenticated")


async def test_sealing_waits_for_objects_that_are_late(stage: Stage) -> None:
    act = await SessionAct.joined(stage)
    await act.until_confirmation()
    await act.confirmed()
    await act.finish(save_journals=False)
    with pytest.raises(NotFoundError):
        await stage.app[SEALING].seal(act.session_id)
    response = await stage.staff("GET", f"/api/v1/sessions/{act.session_id}/package")
    found = await stage.problem(response, 409, "conflict")
    assert "being sealed" in found["detail"]
    await act.save_journals()
    assert (await act.record_number()).startswith("SL-")


async def test_what_a_crash_left_unsealed_is_sealed_at_the_next_start(stage: Stage) -> None:
    act = await SessionAct.joined(stage)
    await stage.app[SEALER].stop()
    await act.until_confirmation()
    await act.confirmed()
    await act.finish()
    assert await stage.app[SEALING].record_of(act.session_id) is None
    await stage.app[SEALER].start()
    assert (await act.record_number()).startswith("SL-")


async def test_sealing_twice_at_once_makes_one_record(stage: Stage) -> None:
    act = await SessionAct.joined(stage)
    await stage.app[SEALER].stop()
    await act.until_confirmation()
    await act.confirmed()
    await act.finish()
    sealing = stage.app[SEALING]
    records = await asyncio.gather(*(sealing.seal(act.session_id) for _ in range(4)))
    assert len({record.record_number for record in records}) == 1
    assert (await sealing.seal(act.session_id)) == records[0]


async def test_a_record_that_does_not_verify_is_not_sealed(stage: Stage, tmp_path: Path) -> None:
    """Somebody exchanged the media in the store before it was sealed."""
    act = await SessionAct.joined(stage)
    await stage.app[SEALER].stop()
    await act.until_confirmation()
    await act.confirmed()
    await act.finish()
    key = StretchKeys(act.session_id, 1).segment(1)
    path = tmp_path / "objects" / key
    data = bytearray(path.read_bytes())
    data[60] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(SealRefusedError):
        await stage.app[SEALING].seal(act.session_id)
    assert await stage.app[SEALING].record_of(act.session_id) is None
