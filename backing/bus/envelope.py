"""What travels over a bus: JSON bytes of a message, and of an answer or an error.

Stage: between a model and the bytes of every bus adapter. An error crosses with its
code, its sentence and the wrong field; an exception that nobody meant to raise
crosses as ``internal`` and nothing else. It never moves bytes and never logs contents.
"""

from __future__ import annotations

import inspect
import traceback
from typing import TypeVar

import structlog
from pydantic import BaseModel, ValidationError

from shuanglu import errors
from shuanglu.errors import InvalidInputError, ShuangluError
from shuanglu.wire.base import Wire

M = TypeVar("M", bound=BaseModel)

_log = structlog.get_logger(__name__)

ERRORS_BY_CODE: dict[str, type[ShuangluError]] = {
    kind.code: kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, ShuangluError)
}
"""The class that each documented code is raised as again, derived from ``shuanglu.errors``."""


class ErrorReply(Wire):
    """An error on its way back to the caller."""

    code: str
    detail: str
    field: str | None = None


class Reply(Wire):
    """An answer: the JSON text of the reply model, or an error."""

    body: str | None = None
    error: ErrorReply | None = None


def encode(message: BaseModel) -> bytes:
    """The JSON bytes of a message."""
    return message.model_dump_json().encode()


def decode(data: bytes, model: type[M]) -> M:
    """The message in ``data``; raises ``InvalidInputError`` when it is not one."""
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or None
        raise InvalidInputError("the message does not have its form", field=place) from error


def encode_reply(answer: BaseModel) -> bytes:
    """The bytes of an answer."""
    return encode(Reply(body=answer.model_dump_json()))


def encode_error(error: ShuangluError) -> bytes:
    """The bytes of an error that was raised on purpose."""
    reply = ErrorReply(code=error.code, detail=error.detail, field=error.field)
    return encode(Reply(error=reply))


def encode_failure() -> bytes:
    """The bytes of an exception that nobody meant to raise: no word of its contents."""
    return encode_error(ShuangluError("the other side failed"))


def decode_reply(data: bytes, model: type[M]) -> M:
    """The answer in ``data``, or the error in it raised with the class of its code."""
    reply = Reply.model_validate_json(data)
    if reply.error is not None:
        raise _error_of(reply.error)
    try:
        return model.model_validate_json(reply.body or "")
    except ValidationError as error:
        _log.error("bus reply has another form", reply=model.__name__)
        raise ShuangluError("the answer does not have its form") from error


def failure_fields(error: BaseException) -> dict[str, str]:
    """What may be logged of an exception: its kind and place, never its words."""
    frames = traceback.extract_tb(error.__traceback__)
    place = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    return {"error": type(error).__name__, "place": place}


def _error_of(reply: ErrorReply) -> ShuangluError:
    kind = ERRORS_BY_CODE.get(reply.code, ShuangluError)
    return kind(reply.detail, field=reply.field)
