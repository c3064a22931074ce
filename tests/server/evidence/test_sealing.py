from __future__ import annotations

import asyncio
import io
import re
from pathlib import Path

import pytest

from server import app_keys
from server.evidence.install import SEALER, SEALING
from server.evidence.sealing import SealRefusedError
from server.evidence.stretch_objects import StretchKeys
from server.sessions.views import SEAL_REFUSED
from server.storage.tables import SessionRow
from shuanglu.errors import ConflictError, NotFoundError
from shuanglu.evidence.package import ZipPackage
from shuanglu.evidence.verification import verify
from shuanglu.script.verdict import judge
from shuanglu.wire.bus import SessionChanged, ToPhone
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


async def _alerts(act: SessionAct) -> list[str]:
    """What the office's list and the session's own page show; they agree."""
    detail = await (await act.stage.staff("GET", f"/api/v1/sessions/{act.session_id}")).json()
    listed = await (await act.stage.staff("GET", "/api/v1/sessions")).json()
    (row,) = (item for item in listed["items"] if item["session_id"] == act.session_id)
    assert row == detail["summary"]
    found: list[str] = row["alerts"]
    return found


async def _reason(act: SessionAct) -> str | None:
    async with act.stage.app[app_keys.DATABASE].read() as session:
        row = await session.get_one(SessionRow, act.session_id)
        return row.seal_refused


async def test_a_record_that_does_not_verify_is_not_sealed(stage: Stage, tmp_path: Path) -> None:
    """Somebody exchanged the media in the store before it was sealed; staff see it until mended."""
    act = await SessionAct.joined(stage)
    await stage.app[SEALER].stop()
    await act.until_confirmation()
    await act.confirmed()
    await act.finish()
    assert SEAL_REFUSED not in await _alerts(act)
    path = tmp_path / "objects" / StretchKeys(act.session_id, 1).segment(1)
    whole = path.read_bytes()
    path.write_bytes(whole[:60] + bytes([whole[60] ^ 1]) + whole[61:])
    told: list[SessionChanged] = []

    async def hear(message: SessionChanged) -> None:
        told.append(message)

    async def heard() -> bool:
        return bool(told)

    subscription = await stage.parts.bus.subscribe("session.changed", SessionChanged, hear)
    for _ in range(2):
        with pytest.raises(SealRefusedError):
            await stage.app[SEALING].seal(act.session_id)
    await until(heard)
    await subscription.close()
    assert [message.session_id for message in told] == [act.session_id]
    assert await stage.app[SEALING].record_of(act.session_id) is None
    assert (await _alerts(act)).count(SEAL_REFUSED) == 1
    assert re.fullmatch(r"\d+ [a-z_]+", await _reason(act) or "")
    path.write_bytes(whole)
    await stage.app[SEALING].seal(act.session_id)
    assert SEAL_REFUSED not in await _alerts(act)
    assert await _reason(act) is None


async def test_a_late_refusal_says_nothing_about_a_sealed_session(stage: Stage) -> None:
    """Another process was faster, and its package verified."""
    act = await SessionAct.joined(stage)
    await act.sealed()
    await stage.app[app_keys.SESSIONS].mark_seal_refused(act.session_id, "9 late")
    assert SEAL_REFUSED not in await _alerts(act)
    assert await _reason(act) is None


async def test_a_stretch_without_an_end_is_refused_and_staff_see_it(stage: Stage) -> None:
    """The timeline is closed: its end can never be told any more."""
    act = await SessionAct.joined(stage)
    await act.until_signature()
    await act.append(judge(act.performance.script, await act.events()))

    async def is_refused() -> bool:
        return await _reason(act) is not None

    await until(is_refused)
    assert await _reason(act) == "stretch_without_end"
    assert SEAL_REFUSED in await _alerts(act)
    with pytest.raises(SealRefusedError):
        await stage.app[SEALING].seal(act.session_id)
