"""Strict reading of bodies and queries, and the one way an answer becomes JSON.

Stage: at the edge of every handler. Anything that is not exactly what was declared is
an :class:`InvalidInputError` that names the field; it is never guessed at.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from shuanglu.errors import InvalidInputError, TooLargeError

M = TypeVar("M", bound=BaseModel)
_CHUNK_BYTES = 16 * 1024
_MAX_FIELD_LENGTH = 200


async def read_json(request: web.Request, model: type[M], *, limit_bytes: int) -> M:
    """The body as ``model``; raises ``InvalidInputError`` or ``TooLargeError``."""
    if request.content_type != "application/json":
        raise InvalidInputError("the body must be application/json", field="Content-Type")
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise InvalidInputError("the body must not be compressed", field="Content-Encoding")
    raw = await read_bytes(request, limit_bytes)
    try:
        data = json.loads(raw.decode("utf-8"), object_pairs_hook=_checked_object)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError("the body is not JSON", field="body") from error
    return _validated(model, data, as_json=True)


def read_query(request: web.Request, model: type[M]) -> M:
    """The query as ``model``; a parameter given twice is an error."""
    pairs = list(request.query.items())
    if len(dict(pairs)) != len(pairs):
        raise InvalidInputError("a query parameter is given twice", field="query")
    for name, value in pairs:
        check_text(value, field=name)
    return _validated(model, dict(request.query), as_json=False)


def json_reply(model: BaseModel, *, status: int = 200) -> web.Response:
    """A model as JSON; answers of the API are never cached."""
    return web.Response(
        text=model.model_dump_json(),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


async def read_file(request: web.Request, *, limit_bytes: int, field: str) -> bytes:
    """A body that is a file, not JSON; raises ``TooLargeError`` or ``InvalidInputError``."""
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise InvalidInputError("the body must not be compressed", field="Content-Encoding")
    return await read_bytes(request, limit_bytes, field=field)


async def read_bytes(request: web.Request, limit_bytes: int, *, field: str = "body") -> bytes:
    """The body as it is; raises ``TooLargeError`` before it is too large for the memory."""
    if (request.content_length or 0) > limit_bytes:
        raise TooLargeError(f"the {field} may have {limit_bytes} bytes", field=field)
    raw = bytearray()
    try:
        async for chunk in request.content.iter_chunked(_CHUNK_BYTES):
            raw += chunk
            if len(raw) > limit_bytes:
                raise TooLargeError(f"the {field} may have {limit_bytes} bytes", field=field)
    except web.RequestPayloadError as error:
        raise InvalidInputError(f"the {field} is broken off", field=field) from error
    return bytes(raw)


def _checked_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers could believe two different values of one name."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidInputError("a name occurs twice", field=_shortened(pairs[-1][0]))
    for name, value in pairs:
        if isinstance(value, str):
            check_text(value, field=name)
    return found


def check_text(text: str, *, field: str) -> None:
    """Refuses the zero character: PostgreSQL cannot store it, and no name has one."""
    if "\0" in text:
        raise InvalidInputError("a character that is not text", field=_shortened(field))


def _shortened(name: str) -> str:
    return name[:_MAX_FIELD_LENGTH].replace("\0", "")


def _validated(model: type[M], data: Any, *, as_json: bool) -> M:  # noqa: ANN401 - any JSON
    try:
        if as_json:
            return model.model_validate_json(json.dumps(data), strict=True)
        return model.model_validate(data)
    except ValidationError as error:
        _refuse(error)
    except ValueError as error:  # lone surrogates cannot be written as UTF-8
        raise InvalidInputError("the body holds text that is not Unicode", field="body") from error


def _refuse(error: ValidationError) -> NoReturn:
    """Names the first wrong field, without repeating its value (it may be personal)."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "body"
    raise InvalidInputError(first["msg"], field=_shortened(place)) from error
