"""PDFs are taken in, handed out to those who may, and demanded before a script is published."""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest
import yaml

from server.documents.keys import document_key
from shuanglu.script.document import MOST_FILE_BYTES
from shuanglu.timeline.chain import sha256_hex
from tests.documents.pdf_maker import RISK_NOTICE, encrypted, pdf_of
from tests.server.scripts.desk import DRAFTS, SCRIPT_ID, ScriptDesk, shipped_text
from tests.server.stage import Stage

PDF = pdf_of(RISK_NOTICE)
SHA256 = sha256_hex(PDF)
FILE = {"sha256": SHA256, "pages": 2, "bytes": len(PDF)}
PDF_TYPE = {"Content-Type": "application/pdf"}
DOCUMENTS = "/api/v1/documents"


@pytest.fixture
async def desk(stage: Stage) -> AsyncIterator[ScriptDesk]:
    opened = await ScriptDesk.open(stage)
    yield opened
    await opened.served.close()


async def upload(stage: Stage, data: bytes, **headers: str) -> Any:
    body = BytesIO(data)  # aiohttp warns of large bytes
    return await stage.staff("POST", DOCUMENTS, data=body, headers={**PDF_TYPE, **headers})


def text_with(**file: Any) -> str:
    """The demonstration with a PDF instead of its text."""
    script = yaml.safe_load(shipped_text())
    for step in script["steps"]:
        if step["kind"] == "document":
            del step["pages"], step["document_sha256"]
            step["file"] = {**FILE, **file}
    return yaml.safe_dump(script, allow_unicode=True)


async def test_a_pdf_is_taken_once_and_named_by_its_hash(stage: Stage) -> None:
    for _ in range(2):
        taken = await upload(stage, PDF)
        assert taken.status == 201, await taken.text()
        assert await taken.json() == FILE
    assert await stage.parts.objects.get(document_key(SHA256)) == PDF
    got = await stage.staff("GET", f"{DOCUMENTS}/{SHA256}")
    assert (got.status, got.content_type) == (200, "application/pdf")
    assert got.headers["Content-Disposition"] == "attachment"
    assert await got.read() == PDF


BAD = {
    "empty": b"",
    "a picture": b"\x89PNG" + b"\0" * 2000,
    "truncated": PDF[:-200],
    "encrypted": encrypted(PDF, "secret"),
    "javascript": pdf_of(RISK_NOTICE, catalog="/OpenAction << /S /JavaScript /JS (1) >>"),
    "launch": pdf_of(RISK_NOTICE, catalog="/OpenAction << /S /Launch /F (a) >>"),
    "no pages": pdf_of(()),
}


@pytest.mark.parametrize("name", sorted(BAD))
async def test_a_bad_file_is_refused_and_not_stored(stage: Stage, name: str) -> None:
    data = BAD[name]
    found = await stage.problem(await upload(stage, data), 400, "invalid_input")
    assert found["field"] == "file"
    assert "·" in found["detail"]
    assert not await stage.parts.objects.exists(document_key(sha256_hex(data)))


async def test_a_file_that_is_too_large_is_refused(stage: Stage) -> None:
    response = await upload(stage, PDF + b"\0" * MOST_FILE_BYTES)
    found = await stage.problem(response, 413, "too_large")
    assert found["field"] == "file"


async def test_it_must_say_that_it_is_a_pdf(stage: Stage) -> None:
    response = await upload(stage, PDF, **{"Content-Type": "text/html"})
    assert (await stage.problem(response, 400, "invalid_input"))["field"] == "Content-Type"


async def test_a_hash_that_is_none_is_not_found(stage: Stage) -> None:
    for named in ("0" * 64, "0" * 63, "..%2f" + "0" * 60):
        await stage.problem(await stage.staff("GET", f"{DOCUMENTS}/{named}"), 404, "not_found")


async def test_a_script_whose_pdf_is_not_here_cannot_be_submitted(desk: ScriptDesk) -> None:
    text = text_with()
    linted = await desk.found(await desk.write("/api/v1/script-lint", {"text": text}))
    assert "document_missing" in [one["code"] for one in linted["findings"]]
    assert not linted["is_publishable"]
    draft_id = await desk.drafted(text)
    refused = await desk.write(f"{DRAFTS}/{draft_id}/submit", {"revision": 1})
    found = await desk.stage.problem(refused, 422, "script_refused")
    assert found["field"] == "prospectus"
    assert (await upload(desk.stage, PDF)).status == 201
    linted = await desk.found(await desk.write("/api/v1/script-lint", {"text": text}))
    assert "document_missing" not in [one["code"] for one in linted["findings"]]
    await desk.found(await desk.write(f"{DRAFTS}/{draft_id}/submit", {"revision": 1}))


async def test_a_script_that_tells_other_pages_cannot_be_submitted(desk: ScriptDesk) -> None:
    assert (await upload(desk.stage, PDF)).status == 201
    draft_id = await desk.drafted(text_with(pages=3))
    refused = await desk.write(f"{DRAFTS}/{draft_id}/submit", {"revision": 1})
    found = await desk.stage.problem(refused, 422, "script_refused")
    assert "2 pages" in found["detail"]


async def test_a_pdf_that_is_gone_again_stops_the_publication(
    desk: ScriptDesk, tmp_path: Any
) -> None:
    assert (await upload(desk.stage, PDF)).status == 201
    draft_id = await desk.approved(text_with())
    (tmp_path / "objects" / document_key(SHA256)).unlink()
    body = {"revision": 3, "in_force_from": None}
    refused = await desk.write(f"{DRAFTS}/{draft_id}/publish", body)
    await desk.stage.problem(refused, 422, "script_refused")
    assert await desk.in_force() == 2


async def test_a_customer_gets_the_pdf_of_the_own_script_only(desk: ScriptDesk) -> None:
    stage = desk.stage
    _, before = await stage.join(script_id=SCRIPT_ID)
    assert (await upload(stage, PDF)).status == 201
    await desk.published(text_with())
    _, token = await stage.join(script_id=SCRIPT_ID)
    path = f"/api/v1/customer/documents/{SHA256}"
    got = await stage.request("GET", path, token=token)
    assert (got.status, await got.read()) == (200, PDF)
    assert "no-store" in got.headers["Cache-Control"]
    # Of a session under the version before, it is not: that script pins another document.
    await stage.problem(await stage.request("GET", path, token=before), 404, "not_found")
    await stage.problem(await stage.request("GET", path), 401, "not_authenticated")


async def test_a_stored_pdf_that_was_changed_is_not_handed_out(stage: Stage, tmp_path: Any) -> None:
    assert (await upload(stage, PDF)).status == 201
    stored = tmp_path / "objects" / document_key(SHA256)
    stored.chmod(0o600)
    stored.write_bytes(PDF.replace(b"842", b"843"))
    await stage.problem(await stage.staff("GET", f"{DOCUMENTS}/{SHA256}"), 404, "not_found")
