from __future__ import annotations

from openapi_spec_validator import OpenAPIV31SpecValidator

from server import app_keys
from server.problems import STATUS_OF_CODE, TITLE_OF_STATUS
from server.route_table import API_ROUTES
from shuanglu import errors
from shuanglu.wire.bus import MediaReady, MediaReadyRequest
from tests.server.stage import Stage


async def test_the_document_is_valid_and_holds_every_route(stage: Stage) -> None:
    response = await stage.request("GET", "/api/v1/openapi.json")
    document = await response.json()
    OpenAPIV31SpecValidator(document).validate()
    described = {
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method in operations
    }
    assert described == {(route.method, route.path) for route in API_ROUTES}
    ids = [op["operationId"] for path in document["paths"].values() for op in path.values()]
    assert len(ids) == len(set(ids))


def test_every_error_has_a_status_and_every_status_a_title() -> None:
    known = {
        kind.code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.ShuangluError)
    }
    assert known <= set(STATUS_OF_CODE)
    assert set(STATUS_OF_CODE.values()) <= set(TITLE_OF_STATUS)
    declared = {code for route in API_ROUTES for code in route.problems}
    assert declared <= set(STATUS_OF_CODE)


async def test_health_and_readiness(stage: Stage) -> None:
    assert await (await stage.request("GET", "/healthz")).json() == {"status": "ok"}
    serving = await stage.parts.bus.serve("media.ready", MediaReadyRequest, _records_unseen)
    ready = await stage.request("GET", "/readyz")
    assert await ready.json() == {
        "status": "ready",
        "database": "ok",
        "bus": "ok",
        "media_worker": "ok",
        "degraded": ["faces"],
    }
    await serving.close()


async def _records_unseen(_request: MediaReadyRequest) -> MediaReady:
    return MediaReady(degraded=("faces",))


async def test_not_ready_when_nothing_can_be_recorded(stage: Stage) -> None:
    response = await stage.request("GET", "/readyz")
    await stage.problem(response, 503, "unavailable")


async def test_not_ready_without_the_bus(stage: Stage) -> None:
    await stage.app[app_keys.BUS].close()  # type: ignore[attr-defined]
    response = await stage.request("GET", "/readyz")
    found = await stage.problem(response, 503, "unavailable")
    assert found["retryable"] is True
    assert response.headers["Retry-After"]
    assert (await stage.request("GET", "/healthz")).status == 200
