"""Passkeys of staff (WebAuthn level 2): added when logged in, then used instead of a password.

Stage: options out, credential in, verified by the ``webauthn`` library. User
verification is required both times. It never stores anything that could sign.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_client_data_json
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
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

CHALLENGE_BYTES = 32
MAX_PASSKEYS = 10
ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
"""Those that every platform has; the library's default would put EdDSA first."""

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
        return _as_json(options_to_json(options))

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
        return _as_json(options_to_json(options))

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
            count = self._verified_count(passkey, credential, challenge)
            await repository.set_sign_count(passkey.credential_id, count)
            member = await repository.by_id(passkey.staff_id)
            return await self._logins.begin(unit, member, method="passkey")

    def _verified_new(
        self, staff: StaffIdentity, credential: Mapping[str, Any], challenge: bytes
    ) -> Passkey:
        try:
            verified = verify_registration_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_origin=list(self._settings.origins),
                expected_rp_id=self._settings.rp_id,
                require_user_verification=True,
                supported_pub_key_algs=ALGORITHMS,
            )
        except (WebAuthnException, ValueError, TypeError, KeyError) as error:
            raise ConfirmationRefusedError("the passkey does not verify") from error
        return Passkey(
            bytes_to_base64url(verified.credential_id),
            staff.staff_id,
            verified.credential_public_key,
            verified.sign_count,
        )

    def _verified_count(
        self, passkey: Passkey, credential: Mapping[str, Any], challenge: bytes
    ) -> int:
        try:
            verified = verify_authentication_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_origin=list(self._settings.origins),
                expected_rp_id=self._settings.rp_id,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, TypeError, KeyError) as error:
            raise ConfirmationRefusedError("the passkey does not verify") from error
        return verified.new_sign_count

    async def _challenge(self, unit: UnitOfWork, purpose: str, *, owner: str | None) -> bytes:
        challenge = secrets.token_bytes(CHALLENGE_BYTES)
        now = self._clock.now()
        await ChallengeRepository(unit.session).issue(
            bytes_to_base64url(challenge),
            purpose=purpose,
            owner=owner,
            now=now,
            expires_at=now + timedelta(seconds=self._settings.challenge_lifetime_s),
        )
        return challenge

    async def _consume(
        self,
        unit: UnitOfWork,
        credential: Mapping[str, Any],
        purpose: str,
        *,
        owner: str | None,
    ) -> bytes:
        challenge = challenge_of(credential)
        await ChallengeRepository(unit.session).consume(
            bytes_to_base64url(challenge), purpose=purpose, owner=owner, now=self._clock.now()
        )
        return challenge


def challenge_of(credential: Mapping[str, Any]) -> bytes:
    """The challenge that a credential claims to answer; not yet believed."""
    try:
        raw = base64url_to_bytes(credential["response"]["clientDataJSON"])
        return parse_client_data_json(raw).challenge
    except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfirmationRefusedError("the credential does not have its form") from error


def _as_json(text: str) -> dict[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise TypeError("options are an object")
    return found
