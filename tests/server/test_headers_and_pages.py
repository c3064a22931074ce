from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import DummyCookieJar
from aiohttp.test_utils import TestClient, TestServer

from server.security_headers import content_security_policy
from shuanglu.clock import ManualClock
from tests.server.stage import Stage, StageParts, stage_app

PAGES = {
    "/c/": "customer",
    "/office/": "office",
    "/verify/": "verify",
    "/verify/SL-20261123-7KQ2M9XB": "verify",
}


@pytest.fixture
async def pages(migrated_sqlite: Path, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Stage]:
    built = tmp_path / "dist"
    for page in ("customer", "office", "replay", "verify"):
        (built / page).mkdir(parents=True)
        (built / page / "index.html").write_text(f"<title>{page}</title>")
    (built / "assets").mkdir()
    (built / "assets" / "app-1a2b3c.js").write_text("export {};")
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "ca.pem").write_text("-----BEGIN CERTIFICATE-----")
    parts = StageParts.build(
        f"sqlite+aiosqlite:///{migrated_sqlite}",
        tmp_path,
        clock,
        static_dir=built,
        ca_certificate=tmp_path / "ca.pem",
    )
    server = TestServer(stage_app(parts), host="127.0.0.1")
    async with TestClient(server, cookie_jar=DummyCookieJar()) as client:
        yield Stage(parts, server, client)


async def test_pages_are_served_at_their_addresses(pages: Stage) -> None:
    for path, page in PAGES.items():
        response = await pages.request("GET", path)
        assert response.status == 200
        assert response.content_type == "text/html"
        assert f"<title>{page}</title>" in await response.text()
        assert response.headers["Cache-Control"] == "no-cache"
    for path, target in (("/", "/office/"), ("/c", "/c/"), ("/office", "/office/")):
        response = await pages.request("GET", path)
        assert (response.status, response.headers["Location"]) == (302, target)


async def test_assets_are_kept_for_good_and_nothing_else_is_served(pages: Stage) -> None:
    response = await pages.request("GET", "/assets/app-1a2b3c.js")
    assert response.status == 200
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.content_type in {"text/javascript", "application/javascript"}
    missing = await pages.request("GET", "/assets/none.js")
    await pages.problem(missing, 404, "not_found")
    assert missing.headers["Cache-Control"] == "no-store"
    for path in ("/assets/%2e%2e/%2e%2e/secret.txt", "/assets/", "/assets/..%2f..%2fsecret.txt"):
        response = await pages.request("GET", path)
        assert response.status in {403, 404}
        assert "secret" not in (await response.text()).replace("secret.txt", "")


async def test_the_ca_can_be_installed(pages: Stage) -> None:
    response = await pages.request("GET", "/ca.crt")
    assert response.content_type == "application/x-x509-ca-cert"


async def test_every_answer_has_the_security_headers(pages: Stage) -> None:
    for path in ("/c/", "/api/v1/staff/me", "/healthz", "/none", "/", "/assets/app-1a2b3c.js"):
        headers = (await pages.request("GET", path)).headers
        policy = headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-inline" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=(self), microphone=(self)" in headers["Permissions-Policy"]
        assert len(headers["X-Request-Id"]) == 16
        assert "Server" not in headers
        assert "Strict-Transport-Security" not in headers, "plain HTTP"


async def test_only_the_replay_may_be_framed_and_it_reaches_nothing(pages: Stage) -> None:
    response = await pages.request("GET", "/replay/")
    assert "<title>replay</title>" in await response.text()
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self';" in policy
    assert "frame-ancestors 'self'" in policy
    for open_end in ("connect-src", "img-src 'self'", "http", "*", "unsafe-eval"):
        assert open_end not in policy
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    office = (await pages.request("GET", "/office/")).headers
    assert office["X-Frame-Options"] == "DENY"
    assert "unsafe-inline" not in office["Content-Security-Policy"]


async def test_the_policy_names_every_origin_of_ours(
    migrated_sqlite: Path, tmp_path: Path, clock: ManualClock
) -> None:
    url = f"sqlite+aiosqlite:///{migrated_sqlite}"
    others = ("https://phone.example:8443", "http://localhost:8080")
    parts = StageParts.build(url, tmp_path, clock, other_origins=others)
    policy = content_security_policy(parts.settings)
    assert "connect-src 'self' ws://localhost:8080 wss://phone.example:8443;" in policy, "once each"


async def test_behind_a_proxy_with_https_browsers_are_told_to_stay_there(
    migrated_sqlite: Path, tmp_path: Path, clock: ManualClock
) -> None:
    parts = StageParts.build(
        f"sqlite+aiosqlite:///{migrated_sqlite}",
        tmp_path,
        clock,
        public_url="https://bank.example",
        trusted_proxy_hops=1,
    )
    async with TestClient(TestServer(stage_app(parts), host="127.0.0.1")) as client:
        response = await client.get("/healthz")
        assert response.headers["Strict-Transport-Security"] == "max-age=63072000"
