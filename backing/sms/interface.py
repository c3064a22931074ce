"""What a gateway for one-time codes promises.

Stage: between the confirmation and the customer. A gateway never stores or logs a code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

Channel = Literal["sms", "shown_to_staff"]


@dataclass(frozen=True, slots=True)
class Delivered:
    """How the code travelled; ``shown_code`` is what staff may see, if they must tell it."""

    channel: Channel
    shown_code: str | None


class SmsGateway(Protocol):
    """Delivers one code for one session."""

    async def deliver(self, session_id: str, code: str) -> Delivered:
        """Returns when the gateway took the code on; raises ``UnavailableError`` otherwise."""
        ...
