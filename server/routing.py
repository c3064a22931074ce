"""The declarative route table: what is served, to whom, with which bodies.

Stage: between aiohttp's router and a handler. Authentication, the size limit and the
parsing of the body happen here, from the declaration, so that no handler can forget
them and the OpenAPI document cannot drift from what is served.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeVar

from aiohttp import web
from pydantic import BaseModel

from server import app_keys
from server.auth.guard import require_customer, require_staff
from server.bodies import check_text, json_reply, read_json, read_query
from shuanglu.errors import NotFoundError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse | BaseModel]]
M = TypeVar("M", bound=BaseModel)

_BODY = web.RequestKey("body", BaseModel)
_QUERY = web.RequestKey("query", BaseModel)


class Caller(StrEnum):
    """Who may call a route."""

    PUBLIC = "public"
    STAFF = "staff"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One operation of the API.

    A handler returns a model of ``response`` (sent as JSON with ``status``) or a whole
    response of its own. Inside it, ``body_of(request, Model)`` and ``query_of`` give what
    was sent, ``staff_of(request)`` or ``customer_of(request)`` who sent it.
    ``problems`` names the error codes beyond those of every route (``server/problems.py``).
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    handler: Handler
    summary: str
    caller: Caller
    request: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    response: type[BaseModel] | None = None
    status: int = 200
    media_type: str = "application/json"
    large_body: bool = False
    problems: tuple[str, ...] = ()


def body_of(request: web.Request, model: type[M]) -> M:
    """The parsed body; the route must declare ``request=model``."""
    body = request[_BODY]
    if not isinstance(body, model):
        raise TypeError(f"the route does not declare {model.__name__}")
    return body


def query_of(request: web.Request, model: type[M]) -> M:
    """The parsed query; the route must declare ``query=model``."""
    query = request[_QUERY]
    if not isinstance(query, model):
        raise TypeError(f"the route does not declare {model.__name__}")
    return query


def add_routes(app: web.Application, routes: Iterable[Route]) -> None:
    """Serve ``routes`` and remember them for the OpenAPI document."""
    table = tuple(routes)
    for route in table:
        app.router.add_route(route.method, route.path, _guarded(route))
    app[app_keys.ROUTES] = table


def _guarded(route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(request: web.Request) -> web.StreamResponse:
        for name, value in request.match_info.items():
            check_text(value, field=name)
        await _authorise(route, request)
        await _parse(route, request)
        answer = await route.handler(request)
        if isinstance(answer, web.StreamResponse):
            return answer
        if route.response is None or not isinstance(answer, route.response):
            raise TypeError(f"{route.method} {route.path} does not declare its answer")
        return json_reply(answer, status=route.status)

    return serve


async def _authorise(route: Route, request: web.Request) -> None:
    match route.caller:
        case Caller.STAFF:
            await require_staff(request)
        case Caller.CUSTOMER:
            identity = await require_customer(request)
            named = request.match_info.get("session_id", identity.session_id)
            if named != identity.session_id:
                raise NotFoundError("no such session")
        case Caller.PUBLIC:
            pass


async def _parse(route: Route, request: web.Request) -> None:
    settings = request.app[app_keys.SETTINGS]
    if route.query is not None:
        request[_QUERY] = read_query(request, route.query)
    if route.request is not None:
        limit = settings.max_large_body_bytes if route.large_body else settings.max_body_bytes
        request[_BODY] = await read_json(request, route.request, limit_bytes=limit)
