"""From a WebSocket frame to a message, strictly, or to the words of a refusal.

Stage: the entrance. It repeats nothing of what was sent except the type, when that is
one of ours, and the name of the wrong field.
"""

from __future__ import annotations

import json
from typing import Any, get_args

from aiohttp import WSMessage, WSMsgType
from pydantic import ValidationError

from shuanglu.errors import InvalidInputError, ShuangluError, TooLargeError
from shuanglu.wire.signalling import (
    MAX_MESSAGE_BYTES,
    PhoneMessage,
    Refused,
    phone_message_adapter,
)

PHONE_TYPES: frozenset[str] = frozenset(
    model.model_fields["type"].default for model in get_args(get_args(PhoneMessage)[0])
)
"""Every ``type`` that a phone may send."""
MAX_FIELD_LENGTH = 80


def parse(frame: WSMessage) -> PhoneMessage:
    """The message of a text frame; raises ``InvalidInputError`` or ``TooLargeError``."""
    if frame.type is not WSMsgType.TEXT:
        raise InvalidInputError("messages are JSON in text frames")
    data = frame.data.encode()
    if len(data) > MAX_MESSAGE_BYTES:
        raise TooLargeError("the message is larger than the protocol allows")
    try:
        return phone_message_adapter.validate_json(data)
    except ValidationError as error:
        raise _refusal_of(error) from None


def claimed_type(frame: WSMessage) -> str | None:
    """The ``type`` of a frame that was refused, if it can be told and is one of ours."""
    if frame.type is not WSMsgType.TEXT or len(frame.data) > MAX_MESSAGE_BYTES:
        return None
    try:
        value: Any = json.loads(frame.data)
    except (ValueError, RecursionError):
        return None
    claimed = value.get("type") if isinstance(value, dict) else None
    return claimed if isinstance(claimed, str) and claimed in PHONE_TYPES else None


def refused(error: ShuangluError, *, in_reply_to: str | None) -> Refused:
    """What the phone is told of an error."""
    return Refused(
        code=error.code,
        detail=error.detail,
        retryable=error.retryable,
        field=error.field,
        in_reply_to=in_reply_to,
    )


def _refusal_of(error: ValidationError) -> InvalidInputError:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        return InvalidInputError("the message is not JSON")
    if first["type"] in {"union_tag_invalid", "union_tag_not_found"}:
        return InvalidInputError("there is no message of that type", field="type")
    # The first place is the union's tag, which is the message's type.
    place = ".".join(str(part) for part in first["loc"][1:])[:MAX_FIELD_LENGTH]
    return InvalidInputError("the message does not have its form", field=place or None)
