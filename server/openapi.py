"""The OpenAPI 3.1 document, generated from the route table and the wire models."""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from server import app_keys
from server.auth.guard import STAFF_COOKIE
from server.problems import STATUS_OF_CODE
from server.routing import Caller, Route
from shuanglu.wire.http import Problem

Names = dict[tuple[type[BaseModel], JsonSchemaMode], str]
"""Where the schema of a model stands in the document."""

_REFS = "#/components/schemas/{model}"
_PARAMETER = re.compile(r"{(\w+)}")
_SECURITY: dict[Caller, list[dict[str, list[str]]]] = {
    Caller.PUBLIC: [],
    Caller.STAFF: [{"staff": []}],
    Caller.CUSTOMER: [{"customer": []}],
}
_CODES_OF_CALLER = {
    Caller.PUBLIC: (),
    Caller.STAFF: ("not_authenticated",),
    Caller.CUSTOMER: ("not_authenticated", "too_many_attempts"),
}


def openapi_document(table: tuple[Route, ...]) -> dict[str, Any]:
    """Everything that the API serves; a test holds it to the router."""
    names, components = _schemas(table)
    paths: dict[str, dict[str, Any]] = {}
    for route in table:
        operation = _operation(route, names)
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Shuanglu 双录",
            "version": "1",
            "description": "Errors are Problem Details (RFC 9457) with a stable `code`.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "staff": {"type": "apiKey", "in": "cookie", "name": STAFF_COOKIE},
                "customer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            },
        },
    }


async def serve_openapi(request: web.Request) -> web.Response:
    """The document of the running server."""
    return web.json_response(openapi_document(request.app[app_keys.ROUTES]))


def _schemas(table: tuple[Route, ...]) -> tuple[Names, Any]:
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(Problem, "serialization"): None}
    for route in table:
        if route.request is not None:
            wanted[route.request, "validation"] = None
        if route.response is not None:
            wanted[route.response, "serialization"] = None
    refs, definitions = models_json_schema(list(wanted), ref_template=_REFS)
    names = {(model, mode): refs[model, mode]["$ref"] for model, mode in wanted}
    return names, definitions.get("$defs", {})


def _operation(route: Route, names: Names) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _operation_id(route),
        "summary": route.summary,
        "security": _SECURITY[route.caller],
        "parameters": [*_path_parameters(route), *_query_parameters(route)],
        "responses": {**_answer(route, names), **_problems(route, names)},
    }
    if route.request is not None:
        ref = {"$ref": names[route.request, "validation"]}
        content = {"application/json": {"schema": ref}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _operation_id(route: Route) -> str:
    words = re.sub(r"[^a-zA-Z0-9]+", "_", route.path.removeprefix("/api/v1")).strip("_")
    return f"{route.method.lower()}_{words}"


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PARAMETER.findall(route.path)
    ]


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema = route.query.model_json_schema()
    definitions = schema.get("$defs", {})
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "schema": _inlined(found, definitions),
        }
        for name, found in schema["properties"].items()
    ]


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON schema
    """Query models are small: their references are written out."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            return _inlined(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions)
        return {key: _inlined(value, definitions) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_inlined(item, definitions) for item in schema]
    return schema


def _answer(route: Route, names: Names) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": route.summary}
    if route.response is not None:
        ref = {"$ref": names[route.response, "serialization"]}
        answer["content"] = {"application/json": {"schema": ref}}
    elif route.status != 204:  # noqa: PLR2004 - no content
        answer["content"] = {route.media_type: {}}
    return {str(route.status): answer}


def _problems(route: Route, names: Names) -> dict[str, Any]:
    codes = {*_CODES_OF_CALLER[route.caller], *route.problems, "internal"}
    if route.request is not None:
        codes |= {"invalid_input", "too_large"}
    if route.query is not None:
        codes |= {"invalid_input"}
    if route.method != "GET":
        codes |= {"not_allowed"}
    by_status: dict[int, list[str]] = {}
    for code in sorted(codes):
        by_status.setdefault(STATUS_OF_CODE[code], []).append(code)
    ref = {"$ref": names[Problem, "serialization"]}
    return {
        str(status): {
            "description": "code: " + ", ".join(found),
            "content": {"application/problem+json": {"schema": ref}},
        }
        for status, found in sorted(by_status.items())
    }


routes: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/v1/openapi.json",
        handler=serve_openapi,
        summary="This document",
        caller=Caller.PUBLIC,
    ),
)
