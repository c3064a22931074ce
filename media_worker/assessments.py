"""A customer's earlier risk assessments, asked of the server and told to it (REG-24).

Stage: beside the session. The citizen number leaves this process only as a keyed hash.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from backing.bus import Bus
from backing.keys import IndexKey
from shuanglu.errors import ShuangluError
from shuanglu.rules.suitability import shipped_suitability
from shuanglu.timeline import events as ev
from shuanglu.wire.bus import AssessmentCount, AssessmentKeep, AssessmentReply, Done

_log = structlog.get_logger(__name__)


class Assessments:
    """Of one session's customer, once the card said who that is."""

    def __init__(
        self, session_id: str, bus: Bus, key: IndexKey | None, events: Sequence[ev.Event]
    ) -> None:
        self._session_id = session_id
        self._bus = bus
        self._key = key
        self._events = events

    async def counted(self) -> ev.SuitabilityChecked:
        """What there was before; "not evaluated" where nobody can say."""
        customer = self._customer
        if customer is None:
            return _not_evaluated()
        request = AssessmentCount(session_id=self._session_id, customer=customer)
        try:
            reply = await self._bus.request("assessment.count", request, AssessmentReply)
        except ShuangluError as error:
            _log.warning("assessments not counted", code=error.code)
            return _not_evaluated()
        return ev.SuitabilityChecked(
            evaluated=True,
            today=reply.today,
            last_12_months=reply.last_12_months,
            previous_level=reply.previous_level,
            previous_on=reply.previous_on,
            policy_version=shipped_suitability().version,
        )

    async def keep(self, answered: ev.QuestionnaireAnswered) -> None:
        """Let it count; raises what the bus raises, since an uncounted one must not stand."""
        customer = self._customer
        if customer is None:
            return
        kept = AssessmentKeep(
            session_id=self._session_id,
            attempt=answered.attempt,
            customer=customer,
            level=answered.level,
        )
        await self._bus.request("assessment.keep", kept, Done)

    @property
    def _customer(self) -> str | None:
        """By the card that was confirmed last; ``None`` without a card or a key."""
        for event in reversed(self._events):
            if isinstance(event.payload, ev.IdentityConfirmed):
                return None if self._key is None else self._key.name(event.payload.number)
        return None


def _not_evaluated() -> ev.SuitabilityChecked:
    return ev.SuitabilityChecked(
        evaluated=False,
        today=0,
        last_12_months=0,
        previous_level=None,
        previous_on=None,
        policy_version=shipped_suitability().version,
    )
