"""Measurements to facts to alerts by the shipped policy: in time, and without storms."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuanglu.errors import InvalidInputError
from shuanglu.rules.classify import classify
from shuanglu.rules.measurement import Measurement, Source
from shuanglu.rules.policy import parse_policy, shipped_policy
from shuanglu.rules.watch import Watch
from shuanglu.timeline.events import AlertEnded, AlertRaised, Fact, Metric, Payload

POLICY = shipped_policy()
SOUND = {Metric.LEVEL: -30.0, Metric.NOISE: -60.0, Metric.CLIPPED: 0.0, Metric.VOICE: 0.0}
GOOD = {
    Metric.FACES: 1.0,
    Metric.LUMA: 120.0,
    Metric.LUMA_DEVIATION: 50.0,
    Metric.FACE_LUMA: 130.0,
    Metric.FACE_WIDTH: 0.3,
    Metric.FACE_X: 0.5,
    Metric.FACE_Y: 0.5,
    Metric.SHARPNESS: 100.0,
    Metric.CHANGE: 8.0,
    Metric.CHANGE_MAX: 20.0,
    Metric.LOOPED_MS: 0.0,
    Metric.STILL_MS: 0.0,
    Metric.YAW: 2.0,
    Metric.PITCH: 3.0,
    Metric.BLINK: 0.1,
    Metric.GAZE_OFF: 0.2,
    Metric.OCCLUDED: 0.0,
    Metric.SAME_FACE: 0.85,
}


def kinds(metrics: Mapping[Metric, float], source: Source = "picture") -> dict[Fact, str]:
    said = classify(Measurement(0, source, metrics), POLICY)
    return {each.fact: each.value for each in said}


def watched(
    changed: Mapping[Metric, float], *, moment: str = "answer", seconds: int = 6
) -> tuple[list[Payload], Watch]:
    """Ten good seconds, then ``seconds`` with something changed; two pictures a second."""
    watch = Watch()
    watch.moment = frozenset({moment})
    out: list[Payload] = []
    for number in range(2 * (10 + seconds)):
        at_ms = number * 500
        bad = at_ms >= 10_000
        picture = {**GOOD, **(changed if bad else {})}
        out += watch.measure(Measurement(at_ms, "picture", picture))
        if number % 2:
            sound = {**SOUND, **({k: v for k, v in changed.items() if k in SOUND} if bad else {})}
            out += watch.measure(Measurement(at_ms, "sound", sound))
        out += watch.tick(at_ms)
    return out, watch


def raised(payloads: list[Payload]) -> dict[str, AlertRaised]:
    return {p.alert: p for p in payloads if isinstance(p, AlertRaised)}


def test_a_good_picture_and_sound_say_so() -> None:
    said = kinds(GOOD) | kinds(SOUND, "sound")
    assert said == {
        Fact.FACES: "1",
        Fact.PICTURE: "clear",
        Fact.LIGHT: "good",
        Fact.FOCUS: "sharp",
        Fact.PLACE: "good",
        Fact.POSE: "front",
        Fact.EYES: "open",
        Fact.OCCLUSION: "free",
        Fact.STILLNESS: "moving",
        Fact.IDENTITY: "same",
        Fact.SOUND: "heard",
        Fact.NOISE: "quiet",
        Fact.SPEAKER: "nobody",
    }


def test_a_good_session_raises_nothing() -> None:
    payloads, watch = watched({}, seconds=60)
    assert raised(payloads) == {}
    assert watch.active == frozenset()


ANOMALIES: list[tuple[dict[Metric, float], str]] = [
    ({Metric.FACES: 0.0}, "face_missing"),
    ({Metric.FACES: 2.0}, "several_faces"),
    ({Metric.LUMA: 3.0, Metric.LUMA_DEVIATION: 2.0}, "picture_black"),
    ({Metric.CHANGE: 0.5, Metric.CHANGE_MAX: 1.0}, "picture_frozen"),
    ({Metric.LOOPED_MS: 3000.0}, "picture_looped"),
    ({Metric.SAME_FACE: 0.1}, "other_face"),
    ({Metric.STILL_MS: 12_000.0}, "still_long"),
    ({Metric.LEVEL: -100.0}, "sound_silent"),
]


@pytest.mark.parametrize(("changed", "alert"), ANOMALIES, ids=[name for _, name in ANOMALIES])
def test_an_anomaly_is_told_within_two_seconds(changed: dict[Metric, float], alert: str) -> None:
    watch, told_ms = Watch(), None
    for number in range(40):
        at_ms = number * 500
        bad = changed if at_ms >= 10_000 else {}
        told = watch.measure(Measurement(at_ms, "picture", {**GOOD, **bad}))
        if number % 2:
            sound = {k: v for k, v in bad.items() if k in SOUND}
            told += watch.measure(Measurement(at_ms, "sound", {**SOUND, **sound}))
        told += watch.tick(at_ms)
        if alert in raised(told) and told_ms is None:
            told_ms = at_ms
    assert told_ms is not None
    assert told_ms - 10_000 <= 2000


def test_an_empty_room_repeats_nothing() -> None:
    payloads, _ = watched({Metric.LOOPED_MS: 3000.0, Metric.FACES: 0.0}, seconds=20)
    assert set(raised(payloads)) >= {"face_missing"}
    assert "picture_looped" not in raised(payloads)


@pytest.mark.parametrize(
    ("changed", "alert", "moment"),
    [
        ({Metric.FACES: 2.0}, "several_faces", "card"),
        ({Metric.FACES: 0.0}, "face_missing", "card"),
        ({Metric.YAW: 40.0}, "looking_away", "liveness"),
        ({Metric.FACE_LUMA: 250.0}, "too_bright", "liveness"),
    ],
)
def test_what_a_moment_brings_with_it_is_no_alert(
    changed: dict[Metric, float], alert: str, moment: str
) -> None:
    assert alert in raised(watched(changed)[0])
    assert alert not in raised(watched(changed, moment=moment)[0])


def test_severe_and_ordinary_alerts_have_deadlines() -> None:
    assert raised(watched({Metric.SAME_FACE: 0.1})[0])["other_face"].respond_within_s == 1800
    assert raised(watched({Metric.FACES: 2.0})[0])["several_faces"].respond_within_s == 7200
    assert raised(watched({Metric.YAW: 40.0})[0])["looking_away"].respond_within_s is None


def test_a_voice_with_a_still_mouth_is_told_while_an_answer_is_due() -> None:
    watch = Watch()
    watch.moment = frozenset({"answer"})
    told = watch.measure(Measurement(1000, "both", {Metric.VOICE_LIPS_STILL: 1.0}))
    assert "other_voice" in raised(told)
    told = [*watch.measure(Measurement(2000, "sound", SOUND)), *watch.tick(5000)]
    assert [p.alert for p in told if isinstance(p, AlertEnded)] == ["other_voice"]


def test_repeats_of_a_phrase_fold_into_one_alert() -> None:
    watch = Watch()
    told = [p for at_ms in (1000, 2000, 3000) for p in watch.raise_alert("forbidden_phrase", at_ms)]
    assert len(told) == 1
    assert not watch.tick(7000)
    (ended,) = [p for p in watch.tick(8500) if isinstance(p, AlertEnded)]
    assert (ended.since_ms, ended.alert) == (1000, "forbidden_phrase")


def test_what_nobody_measured_becomes_not_evaluated() -> None:
    watch = Watch()
    for number in range(10):
        watch.measure(Measurement(number * 500, "picture", {Metric.LUMA: 100.0}))
        watch.tick(number * 500)
    told = watch.tick(12_000)
    assert watch.facts[Fact.FACES] == "not_evaluated"
    assert watch.facts[Fact.POSE] == "not_evaluated"
    assert "observer_down" in raised(told) or "observer_down" in watch.active


SAMPLES = st.lists(
    st.tuples(
        st.integers(0, 3000),
        st.dictionaries(st.sampled_from(list(Metric)), st.floats(-200, 20_000), max_size=8),
        st.sampled_from(["idle", "prompt", "answer", "card", "liveness", "signing"]),
    ),
    max_size=60,
)


@given(SAMPLES)
def test_no_storm_whatever_is_measured(
    samples: list[tuple[int, dict[Metric, float], str]],
) -> None:
    """An alert that is raised is not raised again before it has ended."""
    watch, at_ms, standing = Watch(), 0, set[str]()
    for passed_ms, metrics, moment in samples:
        at_ms += passed_ms
        watch.moment = frozenset({moment})
        for payload in [
            *watch.measure(Measurement(at_ms, "picture", metrics)),
            *watch.tick(at_ms),
        ]:
            if isinstance(payload, AlertRaised):
                assert payload.alert not in standing
                standing.add(payload.alert)
            elif isinstance(payload, AlertEnded):
                standing.remove(payload.alert)
    assert standing == watch.active


def test_a_condition_has_one_threshold() -> None:
    data = POLICY.model_dump(mode="json")
    data["facts"]["light"]["values"][0]["when"] = [{"metric": "luma"}]
    with pytest.raises(InvalidInputError):
        parse_policy(data)
