"""Issues the statement that the customer signs, when and only when it is due.

Stage: between the fold of the timeline and the phone. The order in which a page calls
is believed nowhere: the timeline says whose turn it is.
"""

from __future__ import annotations

import hmac
import json
from datetime import timedelta
from typing import Any, Literal

from webauthn import generate_authentication_options, options_to_json
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement

from backing.objects import ObjectStore
from backing.sms import SmsGateway
from server.confirmations.models import CustomerCredential, IssuedStatement, OneTimeCode
from server.confirmations.repository import ConfirmationRepository
from server.settings import ServerSettings
from server.storage.engine import Database
from server.timeline.service import LoadedSession, TimelineService
from shuanglu.clock import Clock
from shuanglu.errors import ConflictError, TooManyAttemptsError
from shuanglu.evidence.assertion import suffices
from shuanglu.evidence.plain_words import statement_lines
from shuanglu.evidence.statement import Statement, build_statement, parse_statement
from shuanglu.ids import new_one_time_code
from shuanglu.timeline.chain import sha256_hex
from shuanglu.timeline.events import Actor, Assurance, EventDraft, StatementIssued
from shuanglu.wire.http import StatementView, StepAttempt

MAX_STATEMENTS = 50
"""Of one session: each reload of the page may ask for one."""
MAX_CODE_ATTEMPTS = 5


class StatementService:
    """Statements of sessions."""

    def __init__(
        self,
        database: Database,
        timeline: TimelineService,
        *,
        objects: ObjectStore,
        sms: SmsGateway,
        clock: Clock,
        settings: ServerSettings,
    ) -> None:
        self._database = database
        self._timeline = timeline
        self._objects = objects
        self._sms = sms
        self._clock = clock
        self._settings = settings

    async def issue(self, session_id: str, wanted: StepAttempt) -> StatementView:
        """The statement that is due; one that is still open is given again.

        Raises ``ConflictError`` when no confirmation of that step is awaited, or no key
        is registered that is strong enough.
        """
        loaded = await self._timeline.load(session_id)
        fresh = build_statement(
            loaded.script,
            loaded.events,
            step_id=wanted.step_id,
            attempt=wanted.attempt,
            issued_at=self._clock.now(),
        )
        key, open_statement = await self._known(loaded, wanted)
        if open_statement is not None:
            statement = parse_statement(open_statement.canonical.encode())
            return self._view(loaded, statement, key, await self._open_channel(statement.sha256))
        channel = await self._keep(loaded, fresh, key)
        return self._view(loaded, fresh, key, channel)

    async def _known(
        self, loaded: LoadedSession, wanted: StepAttempt
    ) -> tuple[CustomerCredential, IssuedStatement | None]:
        async with self._database.read() as session:
            repository = ConfirmationRepository(session)
            key = await repository.newest_credential(loaded.session_id)
            if key is None or not suffices(key.assurance, loaded.script.minimum_assurance):
                raise ConflictError("register a key first")
            found = await repository.newest_statement(
                loaded.session_id, wanted.step_id, wanted.attempt
            )
            issued = await repository.count_statements(loaded.session_id)
        reusable = found is not None and self._is_open(found, key)
        if not reusable and issued >= MAX_STATEMENTS:
            raise TooManyAttemptsError("too many statements were asked for")
        return key, found if reusable else None

    def _is_open(self, statement: IssuedStatement, key: CustomerCredential) -> bool:
        """Unsigned, with half of its life before it, and younger than the key."""
        half_life = timedelta(seconds=self._settings.challenge_lifetime_s / 2)
        young = self._clock.now() < statement.issued_at + half_life
        return statement.used_at is None and young and key.created_at <= statement.issued_at

    async def _open_channel(self, statement_sha256: str) -> str | None:
        async with self._database.read() as session:
            code = await ConfirmationRepository(session).code(statement_sha256)
        return code.channel if code else None

    async def _keep(
        self, loaded: LoadedSession, statement: Statement, key: CustomerCredential
    ) -> str | None:
        """Store the object first: what the timeline names must be there."""
        session_id, sha256 = loaded.session_id, statement.sha256
        object_key = f"sessions/{session_id}/objects/{sha256}"
        await self._objects.put(object_key, statement.canonical, content_type="application/json")
        needs_code = key.assurance is Assurance.DEVICE_KEY_AND_CODE
        secret = new_one_time_code()
        delivered = await self._sms.deliver(session_id, secret) if needs_code else None
        issued = StatementIssued(
            step_id=statement.step_id, attempt=statement.attempt, statement_sha256=sha256
        )
        async with self._database.write() as unit:
            await self._timeline.append_in(
                unit, session_id, [EventDraft(actor=Actor.SYSTEM, payload=issued)]
            )
            repository = ConfirmationRepository(unit.session)
            await repository.add_statement(_row(session_id, statement))
            if delivered is not None:
                code = OneTimeCode(
                    sha256,
                    code_hash(sha256, secret),
                    delivered.channel,
                    MAX_CODE_ATTEMPTS,
                    self._clock.now() + timedelta(seconds=self._settings.challenge_lifetime_s),
                )
                await repository.add_code(session_id, code, shown_code=delivered.shown_code)
        return delivered.channel if delivered else None

    def _view(
        self,
        loaded: LoadedSession,
        statement: Statement,
        key: CustomerCredential,
        channel: str | None,
    ) -> StatementView:
        told: Literal["sms", "shown_to_staff"] | None = None
        if channel is not None:
            told = "sms" if channel == "sms" else "shown_to_staff"
        is_passkey = key.assurance is Assurance.WEBAUTHN_USER_VERIFIED
        return StatementView(
            statement=statement.model_dump(mode="json"),
            statement_canonical=statement.canonical.decode(),
            statement_sha256=statement.sha256,
            lines=statement_lines(loaded.script, statement),
            webauthn_options=self._assertion_options(statement, key) if is_passkey else None,
            one_time_code_channel=told,
        )

    def _assertion_options(self, statement: Statement, key: CustomerCredential) -> dict[str, Any]:
        options = generate_authentication_options(
            rp_id=self._settings.rp_id,
            challenge=bytes.fromhex(statement.sha256),
            allow_credentials=[
                PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.credential_id))
            ],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        found: dict[str, Any] = json.loads(options_to_json(options))
        return found


def code_hash(statement_sha256: str, code: str) -> str:
    """Binds a code to one statement. What protects six digits is the number of tries, not this."""
    return sha256_hex(f"{statement_sha256}:{code}".encode())


def code_matches(found: OneTimeCode, code: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(found.code_sha256, code_hash(found.statement_sha256, code))


def _row(session_id: str, statement: Statement) -> IssuedStatement:
    return IssuedStatement(
        statement.sha256,
        session_id,
        statement.step_id,
        statement.attempt,
        statement.canonical.decode(),
        statement.issued_at,
        None,
    )
