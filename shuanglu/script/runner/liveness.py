"""The challenges of one attempt at a liveness step, folded.

Stage: inside the runner. A challenge counts only if it was drawn, performed and judged under
the same number and kind. What could not be measured is kept apart: it is never "passed".
A kind that failed is owed: the attempt that stands must pass it too. A photo with a mouth cut
out fails the gestures every time; without this it had only to wait for two other kinds.
Gestures are always asked: where digits and colours were drawn, such a photo never had to turn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from shuanglu.timeline import events as ev
from shuanglu.timeline.events import ChallengeKind, ChallengeOutcome

OWED_FROM_POLICY = 3
"""The first version of the liveness policy under which a kind that failed is owed. Records that
were judged under an earlier one keep the verdict they got."""
GESTURES_FROM_POLICY = 5
"""The first version under which gestures are among the challenges of every attempt."""


@dataclass(frozen=True, slots=True)
class Challenges:
    """What was asked in this attempt, and what came of it."""

    drawn: int = 0
    open: ev.LivenessChallenged | None = None
    performed: bool = False
    passed: frozenset[ChallengeKind] = frozenset()
    not_evaluated: frozenset[ChallengeKind] = frozenset()
    spent: frozenset[ChallengeKind] = frozenset()
    """Declined or inconclusive: not asked again in this attempt."""
    failed: bool = False
    owed: frozenset[ChallengeKind] = frozenset()
    """Failed in this attempt or an earlier one: nothing else makes up for them."""
    required: frozenset[ChallengeKind] = frozenset()
    """Asked in every attempt, by the policy under which the first challenge was drawn: without them
    the step may stand, but a person must look at it."""

    @property
    def due(self) -> frozenset[ChallengeKind]:
        """The kinds of which the next challenge is drawn: what is owed before anything else.

        The first is drawn among all, so that nobody knows what comes first.
        """
        left = frozenset(ChallengeKind) - self.used
        return (self.owed & left) or (self.required & left) or left

    @property
    def used(self) -> frozenset[ChallengeKind]:
        """Every kind that was asked and is over."""
        return self.passed | self.not_evaluated | self.spent

    def are_over(self, passes: int) -> bool:
        """Whether nothing more is to be asked: failed, enough passed, or no kind is left."""
        if self.open is not None:
            return False
        is_owed_in_vain = bool(self.owed & (self.used - self.passed))
        enough = len(self.passed) >= passes and self.owed <= self.passed
        is_asked = self.required <= self.used
        return self.failed or is_owed_in_vain or (enough and is_asked) or not self.due

    def suffice(self, passes: int) -> bool:
        """Whether the step may stand; what was not evaluated makes a person look at it."""
        enough = len(self.passed | self.not_evaluated) >= passes
        return not self.failed and enough and self.owed <= self.passed

    def are_sure(self, passes: int) -> bool:
        """Whether nobody needs to look at it: enough passed, and what is required among it."""
        return len(self.passed) >= passes and self.required <= self.passed

    def after(self, payload: ev.Payload) -> Challenges:
        """One event later. What fits no open challenge changes nothing."""
        match payload:
            case ev.LivenessChallenged(challenge=number, kind=kind):
                fits = self.open is None and number == self.drawn + 1 and kind not in self.used
                return self._drawn(payload) if fits else self
            case ev.LivenessPerformed(challenge=number) if self._is_open(number):
                return replace(self, performed=True)
            case ev.LivenessDeclined(challenge=number, kind=kind) if self._is_open(number, kind):
                return replace(self._closed(), spent=self.spent | {kind})
            case ev.LivenessJudged(challenge=number, kind=kind) if self._is_open(number, kind):
                return self._judged(kind, payload)
        return self

    def _drawn(self, challenged: ev.LivenessChallenged) -> Challenges:
        requires = challenged.policy_version >= GESTURES_FROM_POLICY
        required = frozenset({ChallengeKind.GESTURES}) if requires else frozenset[ChallengeKind]()
        return replace(self, drawn=challenged.challenge, open=challenged, required=required)

    def _is_open(self, number: int, kind: ChallengeKind | None = None) -> bool:
        if self.open is None or self.open.challenge != number:
            return False
        return kind is None or self.open.kind is kind

    def _judged(self, kind: ChallengeKind, judged: ev.LivenessJudged) -> Challenges:
        match judged.outcome:
            case ChallengeOutcome.PASSED:
                # Nobody passes what the phone never showed to its end.
                closed = replace(self._closed(), passed=self.passed | {kind})
                return closed if self.performed else self
            case ChallengeOutcome.FAILED:
                is_owed = judged.policy_version >= OWED_FROM_POLICY
                owed = self.owed | {kind} if is_owed else self.owed
                return replace(self._closed(), failed=True, owed=owed)
            case ChallengeOutcome.INCONCLUSIVE:
                return replace(self._closed(), spent=self.spent | {kind})
            case ChallengeOutcome.NOT_EVALUATED:
                return replace(self._closed(), not_evaluated=self.not_evaluated | {kind})

    def _closed(self) -> Challenges:
        return replace(self, open=None, performed=False)
