"""Tokens: short-lived proof of who one is, for staff and customers."""

from backing.tokens.audience import CUSTOMER_AUDIENCE, STAFF_AUDIENCE
from backing.tokens.token_key import Role, TokenClaims, TokenKey

__all__ = ["CUSTOMER_AUDIENCE", "STAFF_AUDIENCE", "Role", "TokenClaims", "TokenKey"]
