"""Tokens: short-lived proof of who one is, for staff and customers."""

from backing.tokens.token_key import Role, TokenClaims, TokenKey

__all__ = ["Role", "TokenClaims", "TokenKey"]
