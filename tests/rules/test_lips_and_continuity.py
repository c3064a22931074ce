"""A mouth is not still, nor a face another's, because too little was looked at."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuanglu.rules.evidence import face_continuity
from shuanglu.rules.identity import shipped_identity
from shuanglu.rules.lips import Lips, lips_during
from shuanglu.rules.measurement import Measurement
from shuanglu.rules.policy import shipped_policy
from shuanglu.rules.watch import Watch
from shuanglu.timeline.events import AlertEnded, AlertRaised, FaceOutcome, Metric

POLICY = shipped_identity()


def mouth(gaps: Sequence[float], every_ms: int = 400) -> list[Measurement]:
    return [
        Measurement(1000 + number * every_ms, "picture", {Metric.LIP_GAP: gap})
        for number, gap in enumerate(gaps)
    ]


@pytest.mark.parametrize(
    ("gaps", "lips"),
    [
        ([], "not_seen"),
        ([0.01, 0.01], "not_seen"),
        ([0.01, 0.06], "moving"),
        ([0.01, 0.012, 0.011, 0.01], "still"),
        ([0.01, 0.01, 0.01, 0.028], "not_seen"),
        ([0.01, 0.05, 0.01, 0.01], "moving"),
    ],
)
def test_what_the_mouth_did(gaps: list[float], lips: Lips) -> None:
    assert lips_during(mouth(gaps), 1000, 2600) == lips


def test_a_moving_jaw_is_a_moving_mouth() -> None:
    jaw = [
        Measurement(1000 + n * 400, "picture", {Metric.JAW_OPEN: 0.02 + 0.1 * (n % 2)})
        for n in range(4)
    ]
    assert lips_during(jaw, 1000, 2600) == "moving"


def test_a_short_sound_says_nothing() -> None:
    assert lips_during(mouth([0.01] * 9, every_ms=50), 1000, 1400) == "not_seen"


def faces(scores: Sequence[float], yaw: float = 0.0) -> list[Measurement]:
    return [
        Measurement(number * 1000, "picture", {Metric.SAME_FACE: score, Metric.YAW: yaw})
        for number, score in enumerate(scores)
    ]


@pytest.mark.parametrize(
    ("scores", "outcome"),
    [
        ([], FaceOutcome.NOT_EVALUATED),
        ([0.9], FaceOutcome.SAME),
        ([0.9] * 8 + [0.1], FaceOutcome.SAME),
        ([0.9] * 8 + [0.1, 0.2], FaceOutcome.OTHER),
        ([0.1], FaceOutcome.UNSURE),
        ([0.41] * 5, FaceOutcome.UNSURE),
        ([0.1] * 5, FaceOutcome.OTHER),
    ],
)
def test_the_face_over_a_span(scores: list[float], outcome: FaceOutcome) -> None:
    score, found = face_continuity(faces(scores), 0, 20_000, POLICY)
    assert found is outcome
    assert (score is None) == (outcome is FaceOutcome.NOT_EVALUATED)


def test_a_face_that_is_turned_away_does_not_count() -> None:
    assert face_continuity(faces([0.1] * 5, yaw=40.0), 0, 20_000, POLICY) == (
        None,
        FaceOutcome.NOT_EVALUATED,
    )


@given(st.lists(st.floats(-1, 1), max_size=12))
def test_two_strangers_are_never_the_same(scores: list[float]) -> None:
    _, outcome = face_continuity(faces([*scores, 0.1, 0.2]), 0, 20_000, POLICY)
    assert outcome is FaceOutcome.OTHER


GOOD = {Metric.FACES: 1.0, Metric.LUMA: 120.0, Metric.LUMA_DEVIATION: 40.0}


def test_a_second_face_on_a_card_is_no_alert_while_it_is_put_away() -> None:
    watch, told = Watch(), []
    for number in range(20):
        at_ms = number * 500
        watch.moment = frozenset({"card" if at_ms < 5000 else "answer"})
        count = 2.0 if at_ms < 6500 else 1.0
        told += watch.measure(Measurement(at_ms, "picture", {**GOOD, Metric.FACES: count}))
    assert [p for p in told if isinstance(p, AlertRaised)] == []


@given(st.lists(st.sampled_from([0.0, 1.0, 2.0]), min_size=1, max_size=120))
def test_no_alert_comes_back_before_it_was_away_long_enough(counts: list[float]) -> None:
    rules = {rule.alert: rule for rule in shipped_policy().alerts}
    watch, ended = Watch(), dict[str, int]()
    for number, count in enumerate(counts):
        picture = {**GOOD, Metric.FACES: count}
        for told in watch.measure(Measurement(number * 500, "picture", picture)):
            if isinstance(told, AlertEnded):
                assert number * 500 - told.until_ms >= rules[told.alert].ends_after_ms
                ended[told.alert] = told.until_ms
            elif isinstance(told, AlertRaised) and told.alert in ended:
                away_ms = number * 500 - ended[told.alert]
                assert away_ms >= rules[told.alert].ends_after_ms


def test_a_lock_stands_through_a_gap_and_a_phrase_does_not() -> None:
    watch = Watch()
    watch.raise_alert("liveness_locked", 1000)
    watch.raise_alert("forbidden_phrase", 1000, "guarantee")
    assert [p.alert for p in watch.suspend(2000) if isinstance(p, AlertEnded)] == [
        "forbidden_phrase"
    ]
    assert watch.active == {"liveness_locked"}
