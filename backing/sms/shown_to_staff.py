"""The embedded default: no gateway is configured, so staff read the code to the customer.

It is weaker than a message to the customer's own number, since the code passes through
the seller's hands. The timeline and the statement's view say so (``shown_to_staff``).
"""

from __future__ import annotations

from backing.sms.interface import Delivered


class ShownToStaffGateway:
    """Implements :class:`backing.sms.interface.SmsGateway` without a network."""

    async def deliver(self, session_id: str, code: str) -> Delivered:
        """Leaves the code for the staff's page of that session."""
        del session_id  # the caller keeps the code beside the session
        return Delivered("shown_to_staff", shown_code=code)
