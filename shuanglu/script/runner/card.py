"""The card of one attempt at an identity step, folded.

Stage: inside the runner. A side counts when it was captured and read; the customer confirms
when every side does; the face is compared after that.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from shuanglu.script.model import IdentityStep
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import CardSide, FaceOutcome

NOT_EVALUATED = "not_evaluated"
"""Among the failed checks of a card: they could not be made. A person looks; it is no refusal."""
VALIDITY_CHECKS = frozenset({"expired", "not_yet_valid"})
"""Checks of a side that the customer does not confirm field by field."""


@dataclass(frozen=True, slots=True)
class Card:
    """What was seen of it in this attempt."""

    captured: frozenset[CardSide] = frozenset()
    read: dict[CardSide, ev.IdentityRead] = field(default_factory=dict)
    confirmed: ev.IdentityConfirmed | None = None
    face: FaceOutcome | None = None

    def after(self, step: IdentityStep, payload: ev.Payload) -> Card:
        """One event later. What comes out of turn changes nothing."""
        match payload:
            case ev.IdentityCaptured(side=side):
                return replace(self, captured=self.captured | {side})
            case ev.IdentityRead(side=side) if side in self.captured:
                return replace(self, read={**self.read, side: payload})
            case ev.IdentityConfirmed() if self.side_due(step) is None:
                return replace(self, confirmed=payload)
            case ev.FaceCompared(purpose="card", outcome=outcome) if self.confirmed is not None:
                return replace(self, face=outcome)
        return self

    def side_due(self, step: IdentityStep) -> CardSide | None:
        """The first side that is not captured and read."""
        return next((side for side in step.sides if side not in self.read), None)

    def is_face_due(self, step: IdentityStep) -> bool:
        """Whether the portrait must be compared: not for a card that is refused anyway."""
        due = step.match_face and self.confirmed is not None and self.face is None
        return due and not self._fails_checks

    def is_over(self, step: IdentityStep) -> bool:
        """Whether everything for this attempt is in."""
        return self.confirmed is not None and not self.is_face_due(step)

    @property
    def is_refused(self) -> bool:
        """Whether a check failed, or the card shows another person."""
        return self._fails_checks or self.face is FaceOutcome.OTHER

    @property
    def _fails_checks(self) -> bool:
        if self.confirmed is None:
            return False
        failed = set(self.confirmed.failed_checks) - {NOT_EVALUATED}
        for read in self.read.values():
            failed |= VALIDITY_CHECKS.intersection(read.failed_checks)
        return bool(failed)
