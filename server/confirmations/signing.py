"""Takes the customer's signature over a statement, if everything about it holds.

Stage: the last word of the customer. It verifies twice: with the ``webauthn`` library,
which also compares the counter, and as the offline verifier will for ever after. What
does not verify is refused and leaves nothing behind but a counted attempt at a code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog
from webauthn.helpers import base64url_to_bytes

from server.auth.authenticators import verified_sign_count
from server.confirmations.models import CustomerCredential, IssuedStatement
from server.confirmations.repository import ConfirmationRepository
from server.confirmations.statements import code_matches
from server.settings import ServerSettings
from server.storage.engine import Database, UnitOfWork
from server.timeline.repository import TimelineRepository
from server.timeline.service import LoadedSession, TimelineService
from shuanglu.clock import Clock
from shuanglu.errors import ConfirmationRefusedError, ConflictError
from shuanglu.evidence.assertion import base64url, check_signed
from shuanglu.evidence.check import CheckFailedError
from shuanglu.script.runner import RunPhase, fold
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Actor, Assurance, Event, EventDraft
from shuanglu.wire.http import SignedStatement

_log = structlog.get_logger(__name__)


class SigningService:
    """Confirmations of sessions."""

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

    async def confirm(self, session_id: str, signed: SignedStatement) -> None:
        """Verify and append; the same confirmation again changes nothing.

        Raises ``ConfirmationRefusedError`` for whatever does not verify, ``ConflictError``
        when no confirmation of that step is awaited.
        """
        loaded = await self._timeline.load(session_id)
        if signed.device_signature is not None:
            await self._use_code(session_id, signed)
        try:
            async with self._database.write() as unit:
                await self._confirm(unit, loaded, signed)
        except ConfirmationRefusedError as error:
            _log.warning("confirmation_refused", session_id=session_id, field=error.field)
            raise

    async def _confirm(
        self, unit: UnitOfWork, loaded: LoadedSession, signed: SignedStatement
    ) -> None:
        events = await _events_now(unit, loaded)  # first the lock, then everything that it guards
        repository = ConfirmationRepository(unit.session)
        statement = await self._statement(repository, loaded.session_id, signed)
        if statement.used_at is not None:
            return  # the answer to the first submission was lost on its way
        _require_turn(loaded, events, signed)
        self._require_young(statement)
        key = await self._key(repository, loaded.session_id, signed)
        payload = await self._verified(repository, statement, key, signed)
        _recheck(events, statement, payload)
        draft = EventDraft(actor=Actor.CUSTOMER, payload=payload)
        await self._timeline.append_in(unit, loaded.session_id, [draft])
        await repository.use_statement(statement.statement_sha256, at=self._clock.now())

    async def _statement(
        self, repository: ConfirmationRepository, session_id: str, signed: SignedStatement
    ) -> IssuedStatement:
        found = await repository.statement(session_id, signed.statement_sha256)
        if found is None or (found.step_id, found.attempt) != (signed.step_id, signed.attempt):
            raise ConfirmationRefusedError(
                "that is not a statement of this step", field="statement_sha256"
            )
        return found

    def _require_young(self, statement: IssuedStatement) -> None:
        lifetime = timedelta(seconds=self._settings.challenge_lifetime_s)
        if self._clock.now() >= statement.issued_at + lifetime:
            raise ConfirmationRefusedError("the statement has expired", field="statement_sha256")

    async def _key(
        self, repository: ConfirmationRepository, session_id: str, signed: SignedStatement
    ) -> CustomerCredential:
        """The session's own key: the one that the assertion names, or the newest device key."""
        if (signed.webauthn is None) == (signed.device_signature is None):
            raise ConfirmationRefusedError("exactly one signature is needed", field="webauthn")
        if signed.webauthn is not None:
            named = str(signed.webauthn.get("id", ""))
            key = await repository.credential(session_id, named)
            wanted = Assurance.WEBAUTHN_USER_VERIFIED
        else:
            key = await repository.newest_credential(session_id)
            wanted = Assurance.DEVICE_KEY_AND_CODE
        if key is None or key.assurance is not wanted:
            raise ConfirmationRefusedError("the key is not one of this session", field="webauthn")
        return key

    async def _verified(
        self,
        repository: ConfirmationRepository,
        statement: IssuedStatement,
        key: CustomerCredential,
        signed: SignedStatement,
    ) -> ev.ConfirmationSigned:
        if signed.webauthn is not None:
            count = verified_sign_count(
                signed.webauthn,
                bytes.fromhex(statement.statement_sha256),
                self._settings,
                public_key=key.public_key,
                sign_count=key.sign_count,
                field="webauthn",
            )
            await repository.set_sign_count(key.session_id, key.credential_id, count)
            return _of_passkey(signed, signed.webauthn, key)
        code = await repository.code(statement.statement_sha256)
        if code is None or not code_matches(code, signed.one_time_code or ""):
            raise ConfirmationRefusedError("the code is wrong", field="one_time_code")
        return ev.ConfirmationSigned.model_validate(
            {
                **_common(signed, key),
                "authenticator_data": None,
                "client_data_json": None,
                "signature": signed.device_signature,
                "one_time_code_channel": code.channel,
            }
        )

    async def _use_code(self, session_id: str, signed: SignedStatement) -> None:
        """Count the guess in a transaction of its own, so that a refusal cannot undo it."""
        async with self._database.write() as unit:
            repository = ConfirmationRepository(unit.session)
            statement = await self._statement(repository, session_id, signed)
            if statement.used_at is not None:
                return
            code = await repository.code(statement.statement_sha256)
            is_open = code is not None and code.attempts_left > 0
            if code is None or not is_open or code.expires_at <= self._clock.now():
                raise ConfirmationRefusedError(
                    "the code has expired or was tried too often", field="one_time_code"
                )
            await repository.count_code_attempt(statement.statement_sha256)


async def _events_now(unit: UnitOfWork, loaded: LoadedSession) -> Sequence[Event]:
    """The whole timeline under its lock: nothing can come between the check and the append."""
    rows = TimelineRepository(unit.session)
    await rows.head(loaded.session_id, lock=True)
    newer = await rows.read(loaded.session_id, after_seq=loaded.events[-1].seq)
    return (*loaded.events, *newer)


def _require_turn(loaded: LoadedSession, events: Sequence[Event], signed: SignedStatement) -> None:
    run = fold(loaded.script, events)
    awaited = (run.phase, run.step_id, run.attempt)
    if awaited != (RunPhase.AWAITING, signed.step_id, signed.attempt):
        raise ConflictError("no confirmation of that step is awaited", field="step_id")
    if loaded.script.step(signed.step_id).kind != "confirmation":
        raise ConflictError("that step is no confirmation", field="step_id")


def _common(signed: SignedStatement, key: CustomerCredential) -> dict[str, Any]:
    return {
        "step_id": signed.step_id,
        "attempt": signed.attempt,
        "statement_sha256": signed.statement_sha256,
        "assurance": key.assurance,
        "credential_id": key.credential_id,
    }


def _of_passkey(
    signed: SignedStatement, assertion: Mapping[str, Any], key: CustomerCredential
) -> ev.ConfirmationSigned:
    """In canonical base64url, whatever padding the page used."""
    response = assertion["response"]

    def again(name: str) -> str:
        return base64url(base64url_to_bytes(response[name]))

    return ev.ConfirmationSigned.model_validate(
        {
            **_common(signed, key),
            "authenticator_data": again("authenticatorData"),
            "client_data_json": again("clientDataJSON"),
            "signature": again("signature"),
        }
    )


def _recheck(
    events: Sequence[Event], statement: IssuedStatement, payload: ev.ConfirmationSigned
) -> None:
    """What the offline verifier would refuse must not get into the timeline."""
    registered = [
        event.payload
        for event in events
        if isinstance(event.payload, ev.CredentialRegistered)
        and event.payload.credential_id == payload.credential_id
    ]
    issued = any(
        isinstance(event.payload, ev.StatementIssued)
        and event.payload.statement_sha256 == statement.statement_sha256
        for event in events
    )
    if not registered or not issued:
        raise ConfirmationRefusedError("the timeline knows no such key or statement")
    try:
        check_signed(payload, registered[-1], statement.canonical.encode())
    except CheckFailedError as error:
        raise ConfirmationRefusedError(error.detail, field=error.reason) from error
