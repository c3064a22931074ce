"""A whole server for tests, with real parts, and the few things that every test does."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from backing.bus.in_process import InProcessBus
from backing.keys.file import FileSigningKey
from backing.objects.folder import FolderObjectStore
from backing.tokens import TokenKey
from server import app_keys
from server.app import create_app
from server.auth.first_staff import FirstStaff
from server.auth.models import StaffMember
from server.settings import ServerSettings
from shuanglu.clock import ManualClock
from shuanglu.script.model import Script, parse_script

ORIGIN = "http://localhost:8080"
FIRST = FirstStaff("admin", "the-first-password")
FIRST_STAFF_ID = "stf_0000000000FIRST"
Client = TestClient[web.Request, web.Application]


def demo_script() -> Script:
    folder = resources.files("shuanglu.script") / "templates"
    return parse_script(yaml.safe_load((folder / "bank-wealth-demo.yaml").read_text("utf-8")))


@dataclass(frozen=True)
class StageParts:
    settings: ServerSettings
    bus: InProcessBus
    objects: FolderObjectStore
    clock: ManualClock
    token_key: TokenKey
    signing_key: FileSigningKey

    @classmethod
    def build(
        cls, database_url: str, folder: Path, clock: ManualClock, **changed: Any
    ) -> StageParts:
        settings = {
            "database_url": database_url,
            "public_url": ORIGIN,
            "rp_id": "localhost",
            "live_interval_ms": 20,
            **changed,
        }
        return cls(
            settings=ServerSettings.model_validate(settings),
            bus=InProcessBus(),
            objects=FolderObjectStore(folder / "objects"),
            clock=clock,
            token_key=TokenKey(b"k" * 32, clock=clock),
            signing_key=FileSigningKey.load_or_create(folder / "signing.key"),
        )


def stage_app(parts: StageParts) -> web.Application:
    return create_app(
        parts.settings,
        bus=parts.bus,
        objects=parts.objects,
        clock=parts.clock,
        token_key=parts.token_key,
        signing_key=parts.signing_key,
    )


class Stage:
    """A running server. ``client`` keeps no cookies: every request says who it is."""

    def __init__(self, parts: StageParts, server: TestServer, client: Client) -> None:
        self.parts = parts
        self.server = server
        self.client = client
        self._cookie: str | None = None

    @property
    def app(self) -> web.Application:
        app = self.server.app
        assert isinstance(app, web.Application)
        return app

    async def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        token: str | None = None,
        cookie: str | None = None,
        origin: str | None = ORIGIN,
        **more: Any,
    ) -> ClientResponse:
        headers = dict(more.pop("headers", {}))
        if origin is not None:
            headers["Origin"] = origin
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if cookie is not None:
            headers["Cookie"] = f"shuanglu_staff={cookie}"
        if json is not None:
            more["json"] = json
        return await self.client.request(
            method, path, headers=headers, allow_redirects=False, **more
        )

    async def log_in(self, **changed: str) -> ClientResponse:
        body = {"username": FIRST.username, "password": FIRST.password, **changed}
        return await self.request("POST", "/api/v1/staff/login", json=body)

    async def staff_cookie(self) -> str:
        if self._cookie is None:
            # Begun directly: a password takes a tenth of a second, on purpose.
            member = StaffMember(FIRST_STAFF_ID, FIRST.username, "")
            async with self.app[app_keys.DATABASE].write() as unit:
                logins = self.app[app_keys.LOGINS]
                self._cookie = (await logins.begin(unit, member, method="password")).token
        return self._cookie

    async def staff(self, method: str, path: str, **more: Any) -> ClientResponse:
        return await self.request(method, path, cookie=await self.staff_cookie(), **more)

    async def invite(self, **changed: str) -> dict[str, Any]:
        body = {
            "script_id": "bank-wealth-demo",
            "product": "稳健一号",
            "product_code": "WJ001",
            "customer_name": "张三",
            **changed,
        }
        response = await self.staff("POST", "/api/v1/sessions", json=body)
        assert response.status == 201, await response.text()
        found: dict[str, Any] = await response.json()
        return found

    async def exchange(self, code: str) -> ClientResponse:
        return await self.request("POST", "/api/v1/customer/exchange", json={"code": code})

    async def join(self, **changed: str) -> tuple[str, str]:
        """A new session whose customer has joined: its id and token."""
        invitation = await self.invite(**changed)
        response = await self.exchange(code_in(invitation))
        assert response.status == 200, await response.text()
        return invitation["session_id"], (await response.json())["token"]

    async def problem(self, response: ClientResponse, status: int, code: str) -> dict[str, Any]:
        """Holds an answer to be exactly that problem."""
        text = await response.text()
        assert response.status == status, text
        assert response.content_type == "application/problem+json"
        found: dict[str, Any] = await response.json(content_type="application/problem+json")
        assert found["code"] == code, found
        assert found["status"] == status
        return found


def code_in(invitation: dict[str, Any]) -> str:
    url: str = invitation["url"]
    return url.split("#", 1)[1]
