"""The customer joins: code for token, consents, and what the page may know."""

from __future__ import annotations

from datetime import datetime, timedelta

from backing.objects import ObjectStore
from backing.tokens import CUSTOMER_AUDIENCE, Role, TokenKey
from server.handovers.service import HandoverService
from server.invitations.service import InvitationService
from server.sessions.receipts import receipt_of_session
from server.settings import ServerSettings
from server.storage.engine import Database
from server.timeline.service import LoadedSession, TimelineService
from shuanglu.clock import Clock
from shuanglu.errors import TimelineClosedError
from shuanglu.session_state import customer_session_of
from shuanglu.timeline.chain import canonical_bytes, sha256_hex
from shuanglu.timeline.events import Actor, ConsentKind, ConsentRecorded, EventDraft, RouteStaffed
from shuanglu.wire.http import Consent, CustomerToken, RedeemHandover
from shuanglu.wire.views import CustomerSession


class CustomerService:
    """Everything that the customer's page does before the camera opens."""

    def __init__(
        self,
        *,
        database: Database,
        timeline: TimelineService,
        invitations: InvitationService,
        handovers: HandoverService,
        objects: ObjectStore,
        token_key: TokenKey,
        clock: Clock,
        settings: ServerSettings,
    ) -> None:
        self._database = database
        self._timeline = timeline
        self._invitations = invitations
        self._handovers = handovers
        self._objects = objects
        self._token_key = token_key
        self._clock = clock
        self._settings = settings

    async def exchange(self, code: str, *, user_agent: str) -> CustomerToken:
        """A code for a token, once."""
        async with self._database.write() as unit:
            session_id = await self._invitations.redeem(unit, code, user_agent=user_agent)
        return await self._token(await self._timeline.load(session_id))

    async def take_over(self, wanted: RedeemHandover, *, user_agent: str) -> CustomerToken:
        """Go on in another browser: a hand-over code for a token, once."""
        async with self._database.write() as unit:
            session_id = await self._handovers.redeem(unit, wanted, user_agent=user_agent)
        return await self._token(await self._timeline.load(session_id))

    async def refresh(self, session_id: str) -> CustomerToken:
        """A new token while the session is open; ``TimelineClosedError`` afterwards."""
        loaded = await self._timeline.load(session_id)
        if loaded.state.verdict is not None:
            raise TimelineClosedError("the session is finished")
        return await self._token(loaded)

    async def session(self, session_id: str) -> CustomerSession:
        """What the page may know; raises ``NotFoundError``."""
        return await self.shown(await self._timeline.load(session_id))

    async def consent(self, session_id: str, choice: Consent) -> CustomerSession:
        """Record a choice with the words that were shown; the same again changes nothing."""
        loaded = await self._timeline.load(session_id)
        if loaded.state.consents.get(choice.kind) != choice.granted:
            await self._timeline.append(session_id, await self._drafts(loaded, choice))
            loaded = await self._timeline.load(session_id)
        return await self.shown(loaded)

    async def shown(self, loaded: LoadedSession) -> CustomerSession:
        """A loaded session as its customer may see it, with the receipt once sealed."""
        receipt = None
        if loaded.state.verdict is not None:
            async with self._database.read() as session:
                receipt = await receipt_of_session(
                    session, loaded.session_id, public_url=self._settings.public_url
                )
        return customer_session_of(loaded.script, loaded.session_id, loaded.state, receipt=receipt)

    async def _drafts(self, loaded: LoadedSession, choice: Consent) -> list[EventDraft]:
        recorded = ConsentRecorded(
            kind=choice.kind,
            granted=choice.granted,
            text_sha256=await self._keep_text(loaded.session_id, choice.text),
        )
        drafts = [EventDraft(actor=Actor.CUSTOMER, payload=recorded)]
        refuses_face = choice.kind is ConsentKind.FACE and not choice.granted
        if refuses_face and not loaded.state.is_staffed:
            # An alternative to face must exist (REG-29): a person takes over.
            staffed = RouteStaffed(reason="face_consent_refused")
            drafts.append(EventDraft(actor=Actor.SYSTEM, payload=staffed))
        return drafts

    async def _keep_text(self, session_id: str, text: str) -> str:
        """The words are an object of the session, named by the hash of its canonical JSON."""
        data = canonical_bytes(text)
        text_sha256 = sha256_hex(data)
        key = f"sessions/{session_id}/objects/{text_sha256}"
        await self._objects.put(key, data, content_type="application/json")
        return text_sha256

    async def _token(self, loaded: LoadedSession) -> CustomerToken:
        lifetime_s = self._settings.customer_token_lifetime_s
        session_id = loaded.session_id
        expires_at: datetime = self._clock.now() + timedelta(seconds=lifetime_s)
        token = self._token_key.issue(
            session_id,
            Role.CUSTOMER,
            session_id,
            lifetime_s,
            CUSTOMER_AUDIENCE,
            hand_overs=loaded.state.hand_overs,
        )
        shown = await self.shown(loaded)
        return CustomerToken(token=token, expires_at=expires_at, session=shown)
