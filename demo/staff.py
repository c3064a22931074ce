"""A staff member by HTTP: logs in, invites, exports. For demonstrations, tests and benchmarks."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import aiohttp

WHOLE_SALE = "bank-wealth-demo"
"""The demonstration scenario with identity and liveness."""
RENEWAL = "bank-wealth-renewal"
"""The one for a customer whose identity was checked before."""


class StaffClient:
    """Speaks the public API as the office page does."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._http = aiohttp.ClientSession(
            base_url=origin,
            headers={"Origin": origin},
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            connector=aiohttp.TCPConnector(ssl=False),
            raise_for_status=True,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.close()

    async def login(self, username: str, password: str) -> None:
        """Log in; the cookie is kept."""
        await self.post("/api/v1/staff/login", {"username": username, "password": password})

    async def invite(
        self,
        *,
        customer_name: str = "演示客户",
        product: str = "稳健一号",
        script_id: str = RENEWAL,
        circumstances: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Create a session; the invitation."""
        return await self.post(
            "/api/v1/sessions",
            {
                "script_id": script_id,
                "product": product,
                "product_code": "WJ001",
                "customer_name": customer_name,
                "circumstances": circumstances or {},
            },
        )

    async def session(self, session_id: str) -> dict[str, Any]:
        """A session with its timeline."""
        return await self.get(f"/api/v1/sessions/{session_id}")

    async def package(self, session_id: str) -> bytes:
        """The evidence package."""
        async with self._http.get(f"/api/v1/sessions/{session_id}/package") as answer:
            return await answer.read()

    async def get(self, path: str) -> dict[str, Any]:
        """JSON of a path."""
        async with self._http.get(path) as answer:
            found: dict[str, Any] = await answer.json()
            return found

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """What came back for that body."""
        async with self._http.post(path, json=body) as answer:
            text = await answer.text()
            return await answer.json() if text else {}
