"""Session tokens: JSON Web Tokens (RFC 7519) with HMAC-SHA-256, issued and verified here.

Stage: between a login or an exchanged code and everything that asks "who is this".
One algorithm, pinned on both sides (RFC 8725 3.1); every claim that we rely on is
required. It never says why a token was refused: that would help only a forger.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import jwt
from pydantic import BaseModel, ConfigDict, ValidationError

from backing.keys.private_file import load_or_create
from shuanglu.clock import Clock
from shuanglu.errors import InvalidInputError, NotAuthenticatedError

ALGORITHM = "HS256"
ISSUER = "shuanglu"
SECRET_MIN_BYTES = 32
"""As long as the hash (RFC 7518 3.2)."""
CLOCK_SKEW_S = 5.0
"""A token may be issued this far in our future, by another node's clock."""
_REQUIRED = ("iss", "exp", "iat", "aud", "sub", "jti", "role")
_RESERVED = frozenset({*_REQUIRED, "nbf", "session_id"})


class Role(StrEnum):
    """What a token lets its holder be."""

    STAFF = "staff"
    CUSTOMER = "customer"


class TokenClaims(BaseModel):
    """What a verified token says. ``extra`` holds the claims that the issuer added."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    token_id: str
    subject: str
    role: Role
    audience: str
    session_id: str | None
    issued_at: datetime
    expires_at: datetime
    extra: Mapping[str, Any]

    @property
    def hand_overs(self) -> int:
        """Of a customer's token: hand-overs before it was issued; none in one that tells none."""
        told = self.extra.get("hand_overs", 0)
        return told if isinstance(told, int) else 0


class TokenKey:
    """Issues and verifies tokens with one secret of at least 32 bytes."""

    def __init__(self, secret: bytes, *, clock: Clock) -> None:
        if len(secret) < SECRET_MIN_BYTES:
            raise InvalidInputError("the token secret is too short")
        self._secret = secret
        self._clock = clock

    @classmethod
    def load_or_create(cls, path: Path, *, clock: Clock) -> TokenKey:
        """The secret in ``path``, made there on the first call; blocks on the disk."""
        secret = load_or_create(path, lambda: secrets.token_bytes(SECRET_MIN_BYTES))
        return cls(secret, clock=clock)

    def issue(
        self,
        subject: str,
        role: Role,
        session_id: str | None,
        lifetime_s: float,
        audience: str,
        **claims: str | int | bool,
    ) -> str:
        """A signed token that expires ``lifetime_s`` seconds from now."""
        if not _RESERVED.isdisjoint(claims):
            raise InvalidInputError("a reserved claim cannot be set")
        now = self._clock.now()
        payload = {
            "iss": ISSUER,
            "sub": subject,
            "role": role,
            "aud": audience,
            "jti": secrets.token_urlsafe(12),
            "iat": now.timestamp(),
            "exp": (now + timedelta(seconds=lifetime_s)).timestamp(),
            **({} if session_id is None else {"session_id": session_id}),
            **claims,
        }
        return jwt.encode(payload, self._secret, algorithm=ALGORITHM)

    def keyed_hash(self, text: str, *, purpose: str) -> str:
        """A hash that only this key's holder can compute, hexadecimal.

        For secrets so short that whoever read a plain hash could try them all.
        """
        message = f"{purpose}:{text}".encode()
        return hmac.digest(self._secret, message, "sha256").hex()

    def verify(self, token: str, *, role: Role, audience: str) -> TokenClaims:
        """What the token says; raises ``NotAuthenticatedError`` unless all of it holds."""
        try:
            payload = jwt.decode(
                token,
                self._secret,
                algorithms=[ALGORITHM],
                audience=audience,
                issuer=ISSUER,
                options={
                    "require": list(_REQUIRED),
                    "strict_aud": True,
                    # Times are held to the injected clock below, not to the machine's.
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
            claims = _claims_of(payload)
        except (jwt.PyJWTError, ValidationError, ValueError, TypeError, OverflowError) as error:
            raise NotAuthenticatedError("the token is not valid") from error
        if claims.role is not role or not self._is_current(claims, payload):
            raise NotAuthenticatedError("the token is not valid")
        return claims

    def _is_current(self, claims: TokenClaims, payload: Mapping[str, Any]) -> bool:
        now = self._clock.now()
        issued_before = claims.issued_at <= now + timedelta(seconds=CLOCK_SKEW_S)
        # We never issue "not before": whoever made such a token, it was not this code.
        return issued_before and now < claims.expires_at and "nbf" not in payload


def _claims_of(payload: Mapping[str, Any]) -> TokenClaims:
    return TokenClaims(
        token_id=payload["jti"],
        subject=payload["sub"],
        role=Role(payload["role"]),
        audience=payload["aud"],
        session_id=payload.get("session_id"),
        issued_at=datetime.fromtimestamp(payload["iat"], UTC),
        expires_at=datetime.fromtimestamp(payload["exp"], UTC),
        extra={name: value for name, value in payload.items() if name not in _RESERVED},
    )
