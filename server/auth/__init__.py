"""Who may call: staff by password or passkey, customers by a token bound to one session."""

from server.auth.guard import customer_of, require_customer, require_staff, staff_of
from server.auth.identity import CustomerIdentity, StaffIdentity

__all__ = [
    "CustomerIdentity",
    "StaffIdentity",
    "customer_of",
    "require_customer",
    "require_staff",
    "staff_of",
]
