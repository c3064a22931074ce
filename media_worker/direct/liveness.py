"""The liveness desk: draws challenges at random, watches them, and has them judged.

Stage: beside the director, for steps of the kind liveness. Nobody can know a challenge
before it is appended. What could not be measured is never "passed".
"""

from __future__ import annotations

import asyncio
import secrets
from typing import Literal

from media_worker.direct.stage import Stage
from shuanglu.errors import ConflictError, InvalidInputError
from shuanglu.rules.liveness import (
    Challenge,
    LivenessPolicy,
    draw,
    gestures_seen,
    judge,
    shipped_liveness,
)
from shuanglu.script.runner import Challenge as ChallengeAction
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Actor, ChallengeKind, ChallengeOutcome
from shuanglu.wire.signalling import ChallengeBegun, ChallengeDeclined, ChallengePerformed
from shuanglu.wire.views import ChallengeView

LOOK_EVERY_S = 0.15
GRACE_S = 8.0
"""A phone that says nothing this long after the time limit has lost its page."""
MEDIA_LAG_MS = 700
"""The picture of a moment arrives this much later than the word of it, at most."""
SLACK_MS = 500
"""A phone's clock may run this far ahead of ours within one challenge."""
REST_MS = 1500
"""Pictures from so long before a challenge tell how this face is at rest."""
MEASURED_TIMEOUT_S = 4.0
WORDS_TIMEOUT_S = 6.0

ChallengeMessage = ChallengeBegun | ChallengePerformed | ChallengeDeclined


class _Open:
    """The challenge that is going on."""

    def __init__(self, told: ev.LivenessChallenged, time_limit_ms: int) -> None:
        self.told = told
        self.time_limit_ms = time_limit_ms
        self.begun_ms: int | None = None
        self.seen = 0
        self.state: Literal["show", "judging"] = "show"
        self.begun = asyncio.Event()
        self.over = asyncio.Event()
        self.declined = False
        self.performed: ev.LivenessPerformed | None = None


class LivenessDesk:
    """Runs one session's challenges."""

    def __init__(self, stage: Stage, policy: LivenessPolicy | None = None) -> None:
        self._stage = stage
        self._policy = policy or shipped_liveness()
        self._random = secrets.SystemRandom()
        self._open: _Open | None = None
        self._can_decline = False

    # --- what the script asks for ----------------------------------------------------------

    async def challenge(self, action: ChallengeAction) -> None:
        """One challenge from its drawing to its judgement."""
        drawn = draw(self._policy, self._random, among=action.due)
        told = self._told(action, drawn)
        now = self._open = _Open(told, drawn.time_limit_ms)
        self._can_decline = len(action.left - {drawn.kind}) > 0
        self._stage.senses.expect_digits(due=drawn.kind is ChallengeKind.DIGITS)
        try:
            await self._stage.append(Actor.SYSTEM, told)
            self._stage.changed()
            await self._performance(now)
            await self._come_to_an_end(now)
        finally:
            self._open = None
            self._stage.senses.expect_digits(due=False)
            self._stage.senses.look("watch")
            self._stage.changed()

    def _told(self, action: ChallengeAction, drawn: Challenge) -> ev.LivenessChallenged:
        return ev.LivenessChallenged(
            step_id=action.step_id,
            attempt=action.attempt,
            challenge=action.number,
            kind=drawn.kind,
            gestures=drawn.gestures,
            digits=drawn.digits,
            colours=drawn.colours,
            colour_ms=drawn.colour_ms,
            policy_version=self._policy.version,
        )

    async def _performance(self, now: _Open) -> None:
        """From the phone's "begun" to its "performed", or to the end of its time."""
        either = [asyncio.create_task(now.begun.wait()), asyncio.create_task(now.over.wait())]
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if now.over.is_set():
                return
            watching = asyncio.create_task(self._count_gestures(now))
            try:
                limit_s = now.time_limit_ms / 1000 + GRACE_S
                await asyncio.wait_for(now.over.wait(), limit_s)
            except TimeoutError:
                pass  # judged as not performed
            finally:
                watching.cancel()
        finally:
            for task in either:
                task.cancel()

    async def _count_gestures(self, now: _Open) -> None:
        """Tell the phone as each gesture is seen."""
        while now.told.kind is ChallengeKind.GESTURES and now.begun_ms is not None:
            await asyncio.sleep(LOOK_EVERY_S)
            # With the rest before it, as it is judged: or he would wait for what was seen long ago.
            since_ms = max(0, now.begun_ms - REST_MS)
            measured = self._stage.senses.measurements(since_ms, self._stage.now_ms())
            seen = gestures_seen(now.told.gestures, measured, now.begun_ms, self._policy)
            if seen > now.seen:
                now.seen = seen
                self._stage.changed()

    async def _come_to_an_end(self, now: _Open) -> None:
        told = now.told
        number = {"step_id": told.step_id, "attempt": told.attempt, "challenge": told.challenge}
        if now.declined:
            declined = ev.LivenessDeclined.model_validate({**number, "kind": told.kind})
            await self._stage.append(Actor.CUSTOMER, declined)
            return
        now.state = "judging"
        self._stage.changed()
        if now.performed is None:
            judged = ev.LivenessJudged.model_validate(
                {
                    **number,
                    "kind": told.kind,
                    "outcome": ChallengeOutcome.INCONCLUSIVE,
                    "reasons": ("not_performed",),
                    "scores": {},
                    "policy_version": self._policy.version,
                }
            )
            await self._stage.append(Actor.SYSTEM, judged)
            return
        await self._stage.append(Actor.CUSTOMER, now.performed)
        await self._stage.append(Actor.SYSTEM, await self._judged(told, now.performed, now.seen))

    async def _judged(
        self, told: ev.LivenessChallenged, performed: ev.LivenessPerformed, seen: int
    ) -> ev.LivenessJudged:
        senses = self._stage.senses
        # Gestures that were all seen are in pictures that have arrived.
        were_seen = bool(told.gestures) and seen >= len(told.gestures)
        until_ms = performed.to_ms + (0 if were_seen else MEDIA_LAG_MS)
        await senses.evaluated(until_ms, timeout_s=MEASURED_TIMEOUT_S)
        words: tuple[ev.SpeechRecognised, ...] = ()
        if told.kind is ChallengeKind.DIGITS:
            words = tuple(
                await senses.words(performed.from_ms, until_ms, timeout_s=WORDS_TIMEOUT_S)
            )
        measured = senses.measurements(max(0, performed.from_ms - REST_MS), until_ms)
        return judge(told, performed, measured, words, self._policy)

    # --- what the phone says ------------------------------------------------------------------

    def take(self, message: ChallengeMessage) -> None:
        """The phone begins, has performed, or declines; raises ``ConflictError`` otherwise."""
        now = self._require_open(message)
        match message:
            case ChallengeBegun():
                if now.begun_ms is not None:
                    raise ConflictError("it has begun already", field="challenge")
                now.begun_ms = self._stage.now_ms()
                self._stage.senses.look("close")
                now.begun.set()
            case ChallengeDeclined():
                if not self._can_decline or now.performed is not None:
                    raise ConflictError("nothing else can be asked", field="challenge")
                now.declined = True
                now.over.set()
            case ChallengePerformed(shown_ms=shown_ms):
                if now.begun_ms is None or now.over.is_set():
                    raise ConflictError("it has not begun, or is over", field="challenge")
                if max(shown_ms, default=0) > self._stage.now_ms() - now.begun_ms + SLACK_MS:
                    raise InvalidInputError("more time than has passed", field="shown_ms")
                now.performed = self._performed(now, now.begun_ms, shown_ms)
                now.over.set()

    def _performed(
        self, now: _Open, begun_ms: int, shown_ms: tuple[int, ...]
    ) -> ev.LivenessPerformed:
        told = now.told
        return ev.LivenessPerformed(
            step_id=told.step_id,
            attempt=told.attempt,
            challenge=told.challenge,
            from_ms=begun_ms,
            to_ms=self._stage.now_ms(),
            shown_ms=shown_ms,
        )

    def _require_open(self, message: ChallengeMessage) -> _Open:
        now = self._open
        of = (message.step_id, message.attempt, message.challenge)
        if now is None or (now.told.step_id, now.told.attempt, now.told.challenge) != of:
            raise ConflictError("that challenge is not going on", field="challenge")
        return now

    # --- the phone's view ----------------------------------------------------------------------

    def view(self) -> ChallengeView | None:
        """The challenge to show, if one is going on."""
        now = self._open
        if now is None:
            return None
        told = now.told
        return ChallengeView(
            challenge=told.challenge,
            kind=told.kind,
            gestures=told.gestures,
            seen=now.seen,
            digits=told.digits,
            colours=told.colours,
            colour_ms=told.colour_ms,
            time_limit_ms=now.time_limit_ms,
            can_decline=self._can_decline,
            state=now.state,
        )
