"""Sealed templates: kept and given back over the bus, deleted by policy, noted without a name."""

from __future__ import annotations

import base64

import pytest
from sqlmodel import select

from backing.keys import FileDataKey, TemplateCipher
from server import app_keys
from server.storage.tables import TemplateDeletionRow
from server.templates.install import TEMPLATES
from shuanglu.clock import ManualClock
from shuanglu.errors import InvalidInputError, NotFoundError
from shuanglu.wire.bus import Done, TemplateKeep, TemplateLoad, TemplateReply
from tests.server.evidence.act import SessionAct
from tests.server.stage import Stage

DAY_MS = 24 * 3600 * 1000
MODEL = "a" * 64
VECTOR = bytes(range(256)) * 2


def _keep(session_id: str, sealed: bytes = VECTOR) -> TemplateKeep:
    return TemplateKeep(
        session_id=session_id,
        purpose="reference",
        ciphertext_b64=base64.b64encode(sealed).decode(),
        model_sha256=MODEL,
    )


async def _load(stage: Stage, session_id: str) -> TemplateReply:
    message = TemplateLoad(session_id=session_id, purpose="reference")
    return await stage.parts.bus.request("template.load", message, TemplateReply, timeout_s=5)


async def _request(stage: Stage, message: TemplateKeep) -> Done:
    return await stage.parts.bus.request("template.keep", message, Done, timeout_s=5)


async def _deletions(stage: Stage) -> list[tuple[str, str, int]]:
    async with stage.app[app_keys.DATABASE].read() as session:
        rows = await session.scalars(select(TemplateDeletionRow))
        return [(row.session_id, row.reason, row.templates) for row in rows]


async def test_a_worker_that_crashed_gets_its_template_back(stage: Stage) -> None:
    session_id, _ = await stage.join()
    cipher = TemplateCipher(FileDataKey(b"k" * 32))
    sealed = await cipher.encrypt(session_id, "reference", VECTOR)
    await _request(stage, _keep(session_id, b"an earlier one"))
    await _request(stage, _keep(session_id, sealed))
    reply = await _load(stage, session_id)
    assert reply.model_sha256 == MODEL
    assert reply.ciphertext_b64 is not None
    kept = base64.b64decode(reply.ciphertext_b64)
    assert VECTOR not in kept
    assert await cipher.decrypt(session_id, "reference", kept) == VECTOR


async def test_a_session_that_is_not_known_keeps_nothing(stage: Stage) -> None:
    with pytest.raises(NotFoundError):
        await _request(stage, _keep("ses_none"))
    assert (await _load(stage, "ses_none")).ciphertext_b64 is None


async def test_what_is_not_base64_is_refused(stage: Stage) -> None:
    session_id, _ = await stage.join()
    with pytest.raises(InvalidInputError):
        await _request(stage, _keep(session_id).model_copy(update={"ciphertext_b64": "????"}))


async def test_an_abandoned_session_keeps_no_face(stage: Stage, clock: ManualClock) -> None:
    session_id, _ = await stage.join()
    await _request(stage, _keep(session_id))
    clock.advance(ms=7 * DAY_MS - 1000)
    assert await stage.app[TEMPLATES].delete_due() == 0
    clock.advance(ms=1000)
    assert await stage.app[TEMPLATES].delete_due() == 1
    assert await stage.app[TEMPLATES].delete_due() == 0
    assert (await _load(stage, session_id)).ciphertext_b64 is None
    assert await _deletions(stage) == [(session_id, "abandoned", 1)]


async def test_a_sealed_record_keeps_no_face(stage: Stage) -> None:
    act = await SessionAct.joined(stage)
    await _request(stage, _keep(act.session_id))
    assert await stage.app[TEMPLATES].delete_due() == 0
    await act.sealed()
    assert await stage.app[TEMPLATES].delete_due() == 1
    assert await _deletions(stage) == [(act.session_id, "sealed", 1)]
