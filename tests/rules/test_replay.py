"""A record's measurements give the alerts that were raised, and others by another policy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from shuanglu.rules.measurement import Measurement
from shuanglu.rules.policy import AlertPolicy, parse_policy, shipped_policy
from shuanglu.rules.replay import measurements_of, replay
from shuanglu.rules.watch import Watch
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Metric

START = datetime(2026, 11, 26, tzinfo=UTC)
CALM = {Metric.FACES: 1.0, Metric.LUMA: 120.0, Metric.LUMA_DEVIATION: 40.0}


def recorded(payloads: Sequence[tuple[int, ev.Payload]]) -> list[ev.Event]:
    return [
        ev.Event.model_validate(
            {
                "actor": "observer",
                "media_time_ms": at_ms,
                "payload": payload,
                "session_id": "s",
                "seq": number,
                "prev_hash": "0" * 64,
                "recorded_at": START + timedelta(milliseconds=at_ms),
                "hash": "0" * 64,
            }
        )
        for number, (at_ms, payload) in enumerate(payloads, start=1)
    ]


def pictures(faces: Sequence[int]) -> list[Measurement]:
    return [
        Measurement(number * 500, "picture", {**CALM, Metric.FACES: float(count)})
        for number, count in enumerate(faces)
    ]


def sampled(measured: Sequence[Measurement]) -> ev.ObservationsSampled:
    names = sorted({name for each in measured for name in each.metrics})
    return ev.ObservationsSampled(
        source="picture",
        at_ms=tuple(each.at_ms for each in measured),
        columns={name: tuple(each.metrics.get(name) for each in measured) for name in names},
    )


def watched(measured: Sequence[Measurement], policy: AlertPolicy) -> list[tuple[int, ev.Payload]]:
    """What a session does: watch live, sample in batches of ten."""
    watch, out = Watch(policy), list[tuple[int, ev.Payload]]()
    for number, each in enumerate(measured):
        out += [(each.at_ms, told) for told in watch.measure(each)]
        if number % 10 == 9:
            out.append((each.at_ms, sampled(measured[number - 9 : number + 1])))
    return out


FACES = [1] * 20 + [2] * 10 + [1] * 20 + [0] * 10
POLICY = shipped_policy()


def test_measurements_come_out_as_they_went_in() -> None:
    measured = pictures(FACES)
    assert measurements_of(recorded(watched(measured, POLICY))) == measured


def test_what_was_not_measured_stays_absent() -> None:
    measured = [Measurement(0, "picture", {Metric.LUMA: 9.0}), Measurement(500, "picture", CALM)]
    assert measurements_of(recorded([(500, sampled(measured))])) == measured


def test_the_same_policy_gives_the_same_alerts() -> None:
    found = replay(recorded(watched(pictures(FACES), POLICY)), POLICY)
    picture_only = [span for span in found.replayed if not span.alert.startswith("sound")]
    assert [span.alert for span in picture_only] == ["several_faces", "face_missing"]
    assert found.only_recorded == ()
    assert {span.alert for span in found.only_replayed} <= {"sound_not_observed"}


def test_another_policy_shows_what_it_would_have_changed() -> None:
    data = POLICY.model_dump(mode="json")
    for rule in data["alerts"]:
        if rule["alert"] == "several_faces":
            rule["after_ms"] = 60_000
    found = replay(recorded(watched(pictures(FACES), POLICY)), parse_policy({**data, "version": 3}))
    assert found.policy_version == 3
    assert [span.alert for span in found.only_recorded] == ["several_faces"]


def test_told_alerts_are_left_out() -> None:
    told = ev.AlertRaised(
        alert="forbidden_phrase", severity="severe", rule_version=2, since_ms=5, detail="x"
    )
    assert replay(recorded([(5, told)]), POLICY).recorded == ()


def test_moments_are_respected() -> None:
    events = recorded(watched(pictures(FACES), POLICY))
    found = replay(events, POLICY, [(0, frozenset({"card"}))])
    assert {span.alert for span in found.only_recorded} == {"several_faces", "face_missing"}


def test_a_gap_ends_what_stood() -> None:
    measured = pictures([1] * 5 + [0] * 10)
    gap = ev.MediaGap(from_ms=8000, to_ms=20_000, reason="disconnected")
    found = replay(
        recorded([*watched(measured, POLICY), (7000, sampled(measured[10:])), (20_000, gap)]),
        POLICY,
    )
    missing = [span for span in found.replayed if span.alert == "face_missing"]
    assert [span.to_ms for span in missing] == [8000]
