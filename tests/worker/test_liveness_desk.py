"""Challenges from their drawing to their judgement; what is not done is never passed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from shuanglu.errors import ConflictError, InvalidInputError
from shuanglu.rules.liveness.gestures import METRICS
from shuanglu.rules.measurement import Measurement
from shuanglu.script.model import Script
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import ChallengeKind, ChallengeOutcome, Gesture, Metric
from shuanglu.wire.signalling import ChallengeBegun, ChallengeDeclined, ChallengePerformed
from tests.media.session import until
from tests.script.scripts import small_script
from tests.worker.small_stage import SmallStage, awaiting

REST = {Metric.YAW: 0.0, Metric.PITCH: 0.0, Metric.BLINK: 0.1, Metric.JAW_OPEN: 0.0}
PEAK = {
    Gesture.TURN_LEFT: 25.0,
    Gesture.TURN_RIGHT: -25.0,
    Gesture.NOD: 15.0,
    Gesture.BLINK: 0.7,
    Gesture.OPEN_MOUTH: 0.6,
}
GESTURE_MS = 2000


def liveness_script() -> Script:
    whole = small_script()
    steps = tuple(step for step in whole.steps if step.id in {"alive", "confirm"})
    return whole.model_copy(update={"steps": steps})


@pytest.fixture
async def stage() -> AsyncIterator[SmallStage]:
    async with awaiting(liveness_script(), "alive") as made:
        yield made


async def drawn(stage: SmallStage, number: int = 1) -> ev.LivenessChallenged:
    await until(lambda: len(stage.of(ev.LivenessChallenged)) >= number)
    await until(lambda: stage.director.liveness.view() is not None)
    return stage.of(ev.LivenessChallenged)[number - 1]


async def of_kind(stage: SmallStage, wanted: ChallengeKind) -> ev.LivenessChallenged:
    """Declines until that kind is drawn; each kind is drawn at most once."""
    for number in range(1, len(ChallengeKind) + 1):
        told = await drawn(stage, number)
        if told.kind is wanted:
            return told
        stage.director.liveness.take(ChallengeDeclined(**step(told)))
    raise AssertionError(f"{wanted} was never drawn")


def step(told: ev.LivenessChallenged) -> dict[str, Any]:
    return {"step_id": told.step_id, "attempt": told.attempt, "challenge": told.challenge}


def perform(stage: SmallStage, told: ev.LivenessChallenged, shown: list[int], ms: int) -> None:
    stage.director.liveness.take(ChallengeBegun(**step(told)))
    stage.media_ms += ms
    stage.director.liveness.take(ChallengePerformed(**step(told), shown_ms=tuple(shown)))


def act(stage: SmallStage, gestures: tuple[Gesture, ...]) -> None:
    """A face that makes these gestures from now on, ten pictures a second."""
    from_ms = stage.media_ms
    for at_ms in range(from_ms - 1000, from_ms + GESTURE_MS * len(gestures), 100):
        metrics = dict(REST)
        place, inside = divmod(at_ms - from_ms, GESTURE_MS)
        if at_ms >= from_ms and 700 <= inside < 1200:
            metrics[METRICS[gestures[place]][0]] = PEAK[gestures[place]]
        stage.senses.measured.append(Measurement(at_ms, "picture", metrics, ("c" * 64,)))


async def judged(stage: SmallStage) -> ev.LivenessJudged:
    await until(lambda: bool(stage.of(ev.LivenessJudged)))
    return stage.of(ev.LivenessJudged)[0]


async def test_the_gestures_that_were_drawn_pass(stage: SmallStage) -> None:
    told = await of_kind(stage, ChallengeKind.GESTURES)
    act(stage, told.gestures)
    perform(stage, told, [0, GESTURE_MS, 2 * GESTURE_MS], 3 * GESTURE_MS)
    found = await judged(stage)
    assert found.outcome is ChallengeOutcome.PASSED
    assert found.model_sha256s == ("c" * 64,)
    assert stage.senses.modes[-2:] == ["close", "watch"]


async def test_other_gestures_fail_the_attempt(stage: SmallStage) -> None:
    told = await of_kind(stage, ChallengeKind.GESTURES)
    act(stage, tuple(reversed(told.gestures)))
    perform(stage, told, [0, GESTURE_MS, 2 * GESTURE_MS], 3 * GESTURE_MS)
    assert (await judged(stage)).outcome is ChallengeOutcome.FAILED
    await until(lambda: bool(stage.of(ev.StepFailed)))
    assert stage.of(ev.StepFailed)[0].reason == "liveness_failed"


async def test_colours_that_nobody_measured_never_pass(stage: SmallStage) -> None:
    told = await of_kind(stage, ChallengeKind.FLASH)
    perform(stage, told, [400 * n for n in range(len(told.colours))], 400 * len(told.colours))
    assert (await judged(stage)).outcome is ChallengeOutcome.NOT_EVALUATED


async def test_digits_that_nobody_said_are_inconclusive(stage: SmallStage) -> None:
    told = await of_kind(stage, ChallengeKind.DIGITS)
    assert stage.senses.digits_due[-1], "the recogniser knows that digits are due"
    perform(stage, told, [0], 4000)
    assert (await judged(stage)).outcome is ChallengeOutcome.INCONCLUSIVE
    await until(lambda: False in stage.senses.digits_due)


async def test_the_same_kind_is_never_drawn_twice(stage: SmallStage) -> None:
    first = await drawn(stage, 1)
    stage.director.liveness.take(ChallengeDeclined(**step(first)))
    second = await drawn(stage, 2)
    assert second.kind is not first.kind
    assert stage.of(ev.LivenessDeclined)[0].kind is first.kind


async def test_the_last_kind_cannot_be_declined(stage: SmallStage) -> None:
    for number in (1, 2):
        told = await drawn(stage, number)
        stage.director.liveness.take(ChallengeDeclined(**step(told)))
    last = await drawn(stage, 3)
    view = stage.director.liveness.view()
    assert view is not None
    assert not view.can_decline
    with pytest.raises(ConflictError):
        stage.director.liveness.take(ChallengeDeclined(**step(last)))


async def test_out_of_order_messages_are_refused(stage: SmallStage) -> None:
    told = await drawn(stage)
    take = stage.director.liveness.take
    with pytest.raises(ConflictError):
        take(ChallengePerformed(**step(told), shown_ms=(0,)))
    with pytest.raises(ConflictError):
        take(ChallengeBegun(**{**step(told), "challenge": told.challenge + 1}))
    take(ChallengeBegun(**step(told)))
    with pytest.raises(ConflictError):
        take(ChallengeBegun(**step(told)))
    assert not stage.of(ev.LivenessPerformed)


async def test_more_time_than_has_passed_is_refused(stage: SmallStage) -> None:
    told = await drawn(stage)
    stage.director.liveness.take(ChallengeBegun(**step(told)))
    with pytest.raises(InvalidInputError):
        stage.director.liveness.take(ChallengePerformed(**step(told), shown_ms=(60_000,)))
