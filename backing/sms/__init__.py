"""Text messages: how a one-time code reaches the customer's own phone number."""

from backing.sms.interface import Delivered, SmsGateway
from backing.sms.shown_to_staff import ShownToStaffGateway

__all__ = ["Delivered", "ShownToStaffGateway", "SmsGateway"]
