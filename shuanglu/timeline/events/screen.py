"""What the customer's page showed (同步录屏, REG-19), and where nobody knows what it showed."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from shuanglu.timeline.events.payload import MediaMs, Payload, Sha256Hex


class ScreenNote(StrEnum):
    """What a verdict says of the screen recording where it is not whole."""

    NOT_RECORDED = "screen_not_recorded"
    PARTLY_RECORDED = "screen_partly_recorded"


class ScreenStored(Payload):
    """A piece of the screen recording is on disk: rrweb events, on media time, in order.

    The page itself recorded it and is believed no more than a page can be; when it arrived
    is the server's word.
    """

    type: Literal["screen.stored"] = "screen.stored"
    piece: int = Field(ge=1, description="counts the pieces of the session")
    begins: bool = Field(
        description="begins with the page as a whole; otherwise it goes on from the piece before"
    )
    from_ms: MediaMs
    to_ms: MediaMs
    events: int = Field(ge=1, description="rrweb events in the piece")
    piece_sha256: Sha256Hex
    piece_bytes: int = Field(ge=1)
    stored_bytes: int = Field(ge=1, description="bytes of all pieces so far, this one included")


class ScreenGap(Payload):
    """What the page showed here is not recorded. A gap is told, never hidden."""

    type: Literal["screen.gap"] = "screen.gap"
    from_ms: MediaMs
    to_ms: MediaMs
    reason: Literal["page_reloaded", "pieces_lost"]


class ScreenUnavailable(Payload):
    """The page says that it cannot record what it shows, or not any longer."""

    type: Literal["screen.unavailable"] = "screen.unavailable"
    reason: Literal["not_supported", "refused"]
