"""A disclosure that is read aloud, folded: what was heard, and how often it was asked for.

Stage: inside the runner. It decides by the recorded facts and the script's own share, never
by the words themselves: how words are matched may change, an old record may not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from shuanglu.rules.reading import still_missing
from shuanglu.script.model import DisclosureStep
from shuanglu.timeline import events as ev


@dataclass(frozen=True, slots=True)
class ReadAloud:
    """One attempt at reading a text aloud."""

    heard: ev.ReadingHeard | None = None
    claimed: bool = False
    """Somebody said that all was read, and it is not checked yet."""
    rounds: int = 0
    """How often that was said, and sentences were missing."""

    def after(self, step: DisclosureStep, payload: ev.Payload) -> ReadAloud:
        """One event later. What does not fit the text changes nothing."""
        match payload:
            case ev.ReadingClaimed():
                return replace(self, claimed=True)
            case ev.ReadingHeard(ends_round=False):
                return replace(self, heard=payload)
            case ev.ReadingHeard() if self.claimed:
                is_short = bool(still_missing_of(step, payload))
                return ReadAloud(heard=payload, rounds=self.rounds + is_short)
        return self

    def is_over(self, step: DisclosureStep) -> bool:
        """Everything was heard, or it is of no use to ask once more."""
        if not still_missing_of(step, self.heard):
            return True
        return self.rounds >= step.max_attempts or (self.rounds > 0 and not self._evaluated)

    def failure(
        self, step: DisclosureStep
    ) -> Literal["reading_incomplete", "reading_not_evaluated"] | None:
        """Why it does not stand. What could not be recognised is never taken for unread."""
        if not still_missing_of(step, self.heard):
            return None
        unknown = self.heard is None or self.heard.not_evaluated > 0 or not self._evaluated
        return "reading_not_evaluated" if unknown else "reading_incomplete"

    @property
    def _evaluated(self) -> bool:
        return self.heard is not None and self.heard.evaluated


def still_missing_of(step: DisclosureStep, heard: ev.ReadingHeard | None) -> tuple[int, ...]:
    """Numbers of the sentences that must be heard and were not."""
    if step.reader is None:
        return ()
    return still_missing(heard, step.wanted, step.reader.min_share)
