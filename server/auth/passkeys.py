"""Passkeys of staff (WebAuthn level 2): added when logged in, then used instead of a password.

Stage: options out, credential in, verified by the ``webauthn`` library. User
verification is required both times. It never stores anything that could sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webauthn import generate_authentication_options, generate_registration_options
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from server.auth.authenticators import (
    ALGORITHMS,
    as_json,
    verified_registration,
    verified_sign_count,
)
from server.auth.challenges import ChallengeRepository
from server.auth.identity import StaffIdentity
from server.auth.logins import FreshLogin, Logins
from server.auth.models import Passkey
from server.auth.repository import StaffRepository
from server.settings import ServerSettings
from server.storage.engine import Database, UnitOfWork
from shuanglu.clock import Clock
from shuanglu.errors import ConfirmationRefusedError, ConflictError, NotAuthenticatedError

MAX_PASSKEYS = 10

_ADD = "staff_passkey_add"
_LOGIN = "staff_passkey_login"


class PasskeyService:
    """Adds passkeys and logs in with them."""

    def __init__(
        self, database: Database, logins: Logins, clock: Clock, settings: ServerSettings
    ) -> None:
        self._database = database
        self._logins = logins
        self._clock = clock
        self._settings = settings

    async def options_to_add(self, staff: StaffIdentity) -> dict[str, Any]:
        """Options for ``navigator.credentials.create``."""
        async with self._database.write() as unit:
            known = await StaffRepository(unit.session).passkeys(staff.staff_id)
            if len(known) >= MAX_PASSKEYS:
                raise ConflictError(f"at most {MAX_PASSKEYS} passkeys")
            challenge = await self._challenge(unit, _ADD, owner=staff.staff_id)
        options = generate_registration_options(
            rp_id=self._settings.rp_id,
            rp_name=self._settings.rp_name,
            user_id=staff.staff_id.encode(),
            user_name=staff.username,
            challenge=challenge,
            supported_pub_key_algs=ALGORITHMS,
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=base64url_to_bytes(item.credential_id))
                for item in known
            ],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        )
        return as_json(options)

    async def add(self, staff: StaffIdentity, credential: Mapping[str, Any]) -> None:
        """Verify and keep a new passkey; raises ``ConfirmationRefusedError``."""
        async with self._database.write() as unit:
            challenge = await self._consume(unit, credential, _ADD, owner=staff.staff_id)
            passkey = self._verified_new(staff, credential, challenge)
            repository = StaffRepository(unit.session)
            if await repository.passkey(passkey.credential_id) is not None:
                raise ConflictError("this passkey is known already")
            await repository.add_passkey(passkey, at=self._clock.now())

    async def options_to_log_in(self) -> dict[str, Any]:
        """Options for ``navigator.credentials.get``; they name nobody."""
        async with self._database.write() as unit:
            challenge = await self._challenge(unit, _LOGIN, owner=None)
        options = generate_authentication_options(
            rp_id=self._settings.rp_id,
            challenge=challenge,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return as_json(options)

    async def log_in(self, credential: Mapping[str, Any]) -> FreshLogin:
        """A new login; raises ``NotAuthenticatedError``, the same for every reason."""
        try:
            return await self._log_in(credential)
        except ConfirmationRefusedError as error:
            raise NotAuthenticatedError("the passkey was not accepted") from error

    async def _log_in(self, credential: Mapping[str, Any]) -> FreshLogin:
        async with self._database.write() as unit:
            challenge = await self._consume(unit, credential, _LOGIN, owner=None)
            repository = StaffRepository(unit.session)
            passkey = await repository.passkey(str(credential.get("id", "")))
            if passkey is None:
                raise ConfirmationRefusedError("unknown passkey")
            count = verified_sign_count(
                credential,
                challenge,
                self._settings,
                public_key=passkey.public_key,
                sign_count=passkey.sign_count,
            )
            await repository.set_sign_count(passkey.credential_id, count)
            member = await repository.by_id(passkey.staff_id)
            return await self._logins.begin(unit, member, method="passkey")

    def _verified_new(
        self, staff: StaffIdentity, credential: Mapping[str, Any], challenge: bytes
    ) -> Passkey:
        verified = verified_registration(credential, challenge, self._settings)
        return Passkey(
            bytes_to_base64url(verified.credential_id),
            staff.staff_id,
            verified.credential_public_key,
            verified.sign_count,
        )

    async def _challenge(self, unit: UnitOfWork, purpose: str, *, owner: str | None) -> bytes:
        return await ChallengeRepository(unit.session).issue(
            purpose=purpose,
            owner=owner,
            now=self._clock.now(),
            lifetime_s=self._settings.challenge_lifetime_s,
        )

    async def _consume(
        self,
        unit: UnitOfWork,
        credential: Mapping[str, Any],
        purpose: str,
        *,
        owner: str | None,
    ) -> bytes:
        return await ChallengeRepository(unit.session).consume(
            credential, purpose=purpose, owner=owner, now=self._clock.now()
        )
