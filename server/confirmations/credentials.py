"""The customer's key for one session: a WebAuthn credential, or the weaker device key.

Stage: before the statement. What is appended is only what was verified here. It never
sees a private key.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from webauthn import generate_registration_options
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from server.auth.authenticators import (
    ALGORITHMS,
    as_json,
    client_data_of,
    verified_registration,
)
from server.auth.challenges import ChallengeRepository
from server.confirmations.models import CustomerCredential
from server.confirmations.repository import ConfirmationRepository
from server.settings import ServerSettings
from server.storage.engine import Database, UnitOfWork
from server.timeline.repository import TimelineRepository
from server.timeline.service import LoadedSession, TimelineService
from shuanglu.clock import Clock
from shuanglu.errors import ConfirmationRefusedError, ConflictError, TimelineClosedError
from shuanglu.evidence.assertion import (
    base64url,
    device_credential_id,
    device_public_key,
    from_base64url,
    suffices,
)
from shuanglu.evidence.check import CheckFailedError
from shuanglu.evidence.cose import ES256, RS256, cose_public_key
from shuanglu.masking import mask_name
from shuanglu.timeline.events import (
    Actor,
    Assurance,
    CredentialRegistered,
    EventDraft,
    SessionCreated,
)
from shuanglu.wire.http import CredentialView

USER_HANDLE_BYTES = 32
MAX_CREDENTIALS = 10
"""Of one session: a customer may start anew a few times, a flood is refused."""

_PURPOSE = "customer_credential"


class CredentialService:
    """Registers customers' keys."""

    def __init__(
        self,
        database: Database,
        timeline: TimelineService,
        clock: Clock,
        settings: ServerSettings,
    ) -> None:
        self._database = database
        self._timeline = timeline
        self._clock = clock
        self._settings = settings

    async def options(self, session_id: str) -> dict[str, Any]:
        """Options for ``navigator.credentials.create``; user verification is required."""
        loaded = await self._open_session(session_id)
        async with self._database.write() as unit:
            await _require_room(ConfirmationRepository(unit.session), session_id)
            challenge = await ChallengeRepository(unit.session).issue(
                purpose=_PURPOSE,
                owner=session_id,
                now=self._clock.now(),
                lifetime_s=self._settings.challenge_lifetime_s,
            )
        return self._registration_options(loaded, challenge)

    def _registration_options(self, loaded: LoadedSession, challenge: bytes) -> dict[str, Any]:
        created = loaded.state.created
        name = mask_name(created.customer_name) if created else "customer"
        options = generate_registration_options(
            rp_id=self._settings.rp_id,
            rp_name=self._settings.rp_name,
            # A fresh handle: WebAuthn forbids personal data here, and an old credential
            # of the same customer must not be overwritten on the phone.
            user_id=secrets.token_bytes(USER_HANDLE_BYTES),
            user_name=name,
            user_display_name=name,
            challenge=challenge,
            supported_pub_key_algs=ALGORITHMS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        )
        return as_json(options)

    async def register(self, session_id: str, credential: Mapping[str, Any]) -> CredentialView:
        """Verify and append a WebAuthn credential; raises ``ConfirmationRefusedError``."""
        await self._open_session(session_id)
        async with self._database.write() as unit:
            challenge = await ChallengeRepository(unit.session).consume(
                credential, purpose=_PURPOSE, owner=session_id, now=self._clock.now()
            )
            verified = verified_registration(credential, challenge, self._settings)
            key = CustomerCredential(
                bytes_to_base64url(verified.credential_id),
                session_id,
                Assurance.WEBAUTHN_USER_VERIFIED,
                verified.credential_public_key,
                _algorithm(verified.credential_public_key),
                verified.sign_count,
                self._clock.now(),
            )
            await self._add(unit, key, origin=client_data_of(credential).origin)
        return CredentialView(credential_id=key.credential_id, assurance=key.assurance)

    async def register_device_key(self, session_id: str, public_key: str) -> CredentialView:
        """Append a device key, if the script lets so weak an assurance stand."""
        loaded = await self._open_session(session_id)
        if not suffices(Assurance.DEVICE_KEY_AND_CODE, loaded.script.minimum_assurance):
            raise ConfirmationRefusedError("this scenario demands a passkey")
        try:
            spki = from_base64url(public_key, what="the public key")
            device_public_key(spki)
        except CheckFailedError as error:
            raise ConfirmationRefusedError(error.detail, field="public_key") from error
        key = CustomerCredential(
            device_credential_id(spki),
            session_id,
            Assurance.DEVICE_KEY_AND_CODE,
            spki,
            ES256,
            0,
            self._clock.now(),
        )
        async with self._database.write() as unit:
            repository = ConfirmationRepository(unit.session)
            if await repository.credential(session_id, key.credential_id) is None:
                await self._add(unit, key, origin=self._settings.public_url)
        return CredentialView(credential_id=key.credential_id, assurance=key.assurance)

    async def _add(self, unit: UnitOfWork, key: CustomerCredential, *, origin: str) -> None:
        repository = ConfirmationRepository(unit.session)
        await _require_room(repository, key.session_id)
        if await repository.credential(key.session_id, key.credential_id) is not None:
            raise ConflictError("this key is registered already")
        await self._require_own(unit, repository, key)
        registered = CredentialRegistered(
            assurance=key.assurance,
            credential_id=key.credential_id,
            public_key=base64url(key.public_key),
            algorithm=key.algorithm,
            rp_id=self._settings.rp_id,
            origin=origin,
        )
        draft = EventDraft(actor=Actor.CUSTOMER, payload=registered)
        await self._timeline.append_in(unit, key.session_id, [draft])
        await repository.add_credential(key)

    async def _require_own(
        self, unit: UnitOfWork, repository: ConfirmationRepository, key: CustomerCredential
    ) -> None:
        """The customer's own key: no staff member's, and no other customer's (R6, R10)."""
        if await repository.is_staff_passkey(key.credential_id, key.public_key):
            raise ConfirmationRefusedError("that is a staff member's key", field="credential")
        timelines = TimelineRepository(unit.session)
        mine = await _customer_of(timelines, key.session_id)
        for session_id in await repository.sessions_with_key(key.credential_id, key.public_key):
            if await _customer_of(timelines, session_id) != mine:
                raise ConfirmationRefusedError(
                    "that key belongs to another customer", field="credential"
                )

    async def _open_session(self, session_id: str) -> LoadedSession:
        loaded = await self._timeline.load(session_id)
        if loaded.state.verdict is not None:
            raise TimelineClosedError("the session is finished")
        return loaded


async def _customer_of(timelines: TimelineRepository, session_id: str) -> str | None:
    """The customer's name as the session was created with it."""
    (first,) = await timelines.read(session_id, to_seq=1)
    created = first.payload
    return created.customer_name if isinstance(created, SessionCreated) else None


async def _require_room(repository: ConfirmationRepository, session_id: str) -> None:
    if await repository.count_credentials(session_id) >= MAX_CREDENTIALS:
        raise ConflictError(f"at most {MAX_CREDENTIALS} keys in one session")


def _algorithm(public_key: bytes) -> int:
    """The key's algorithm, after reading it just as the offline verifier will."""
    for algorithm in (ES256, RS256):
        try:
            cose_public_key(public_key, algorithm=algorithm)
        except CheckFailedError:
            continue
        return algorithm
    raise ConfirmationRefusedError("the credential's key is neither ES256 nor RS256")
