"""Errors as Problem Details (RFC 9457): one table from code to status, one shape.

Stage: outermost but one. It never tells what went wrong inside: an unknown error is a
500 without details, and the log has the request's id.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import structlog
from aiohttp import web

from backing.bus.envelope import failure_fields
from server.request_id import request_id_of
from shuanglu.errors import ShuangluError, TooManyAttemptsError
from shuanglu.wire.http import Problem

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

STATUS_OF_CODE: dict[str, int] = {
    "invalid_input": 400,
    "not_authenticated": 401,
    "handed_over": 401,
    "not_allowed": 403,
    "four_eyes": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "conflict": 409,
    "timeline_closed": 409,
    "stale_revision": 409,
    "speech_not_ready": 409,
    "stale_epoch": 409,
    "invitation_used": 410,
    "invitation_expired": 410,
    "handover_refused": 410,
    "too_large": 413,
    "confirmation_refused": 422,
    "script_refused": 422,
    "too_many_attempts": 429,
    "internal": 500,
    "unavailable": 503,
}
"""The only place that knows both codes and HTTP."""

TITLE_OF_STATUS: dict[int, str] = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    410: "Gone",
    413: "Content Too Large",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}

CODE_OF_HTTP_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}
"""Codes of errors that aiohttp itself raises; any other 4xx is invalid input."""

RETRY_AFTER_S = 30
"""Told where nobody knows better: an outage, or a limit without a window."""
UNTOLD = "something went wrong on our side"
"""All that anybody outside learns of an error that is not theirs."""

_log = structlog.get_logger(__name__)


def problem(error: ShuangluError) -> web.Response:
    """The response that tells of an error."""
    status = STATUS_OF_CODE.get(error.code, 500)
    body = Problem(
        type=f"/problems/{error.code}",
        title=TITLE_OF_STATUS[status],
        status=status,
        detail=error.detail if status != HTTPStatus.INTERNAL_SERVER_ERROR else UNTOLD,
        code=error.code if error.code in STATUS_OF_CODE else "internal",
        retryable=error.retryable,
        field=error.field,
    )
    response = web.Response(
        text=body.model_dump_json(exclude_none=True),
        status=status,
        content_type="application/problem+json",
        headers={"Cache-Control": "no-store"},
    )
    if error.retryable:
        response.headers["Retry-After"] = str(_retry_after_s(error))
    if status == HTTPStatus.UNAUTHORIZED:  # RFC 9110 11.6.1 demands the header
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _retry_after_s(error: ShuangluError) -> int:
    known = error.retry_after_s if isinstance(error, TooManyAttemptsError) else None
    return RETRY_AFTER_S if known is None else max(1, math.ceil(known))


@web.middleware
async def problems_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every error leaves as Problem Details; redirects stay what they are."""
    try:
        return await handler(request)
    except ShuangluError as error:
        _log.info("request_refused", code=error.code, request_id=request_id_of(request))
        return _closing_unread(request, problem(error))
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:  # a redirect is no error
            raise
        return _closing_unread(request, problem(_of_http(error)))
    except (ConnectionResetError, ConnectionAbortedError):
        raise
    except Exception as error:  # noqa: BLE001 - the edge of a request
        # Never the exception's words or a frame's locals: they may hold personal data.
        _log.error("request_failed", request_id=request_id_of(request), **failure_fields(error))
        return problem(ShuangluError(UNTOLD))


def _closing_unread(request: web.Request, response: web.Response) -> web.Response:
    """A body that was refused unread is not waited for: the connection ends instead."""
    if request.can_read_body and not request.content.at_eof():
        response.force_close()
    return response


def _of_http(error: web.HTTPException) -> ShuangluError:
    ours = error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    fallback = "internal" if ours else "invalid_input"
    told = ShuangluError(TITLE_OF_STATUS.get(error.status, "the request cannot be served"))
    told.code = CODE_OF_HTTP_STATUS.get(error.status, fallback)
    return told
