from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuanglu.errors import InvalidInputError
from shuanglu.rules.observation import Observation
from shuanglu.rules.policy import kind_of, parse_policy, shipped_policy
from shuanglu.rules.watch import Watch
from shuanglu.timeline.events import (
    AlertEnded,
    AlertRaised,
    Fact,
    ObservationChanged,
    Payload,
)

FIRST = shipped_policy(1)
"""The first policy: facts come ready-made, and old records name it."""
VALUES = {
    Fact.FACES: ["0", "1", "2", "3", "not_evaluated"],
    Fact.PICTURE: ["clear", "black", "frozen", "not_evaluated"],
    Fact.SOUND: ["heard", "silent", "not_evaluated"],
}
STEP = st.sampled_from(list(VALUES)).flatmap(
    lambda fact: st.tuples(
        st.just(fact), st.sampled_from([*VALUES[fact], None]), st.integers(0, 4000)
    )
)
HISTORY = st.lists(STEP, max_size=80)
"""Facts and values (``None`` is a tick) and the time that passed before each."""


def faces(watch: Watch, history: Iterable[tuple[int, str]]) -> list[Payload]:
    return [
        payload
        for at_ms, value in history
        for payload in watch.observe(Observation(Fact.FACES, value, at_ms))
    ]


def run(watch: Watch, history: list[tuple[Fact, str | None, int]]) -> list[Payload]:
    at_ms, out = 0, []
    for fact, value, passed_ms in history:
        at_ms += passed_ms
        seen = (
            watch.tick(at_ms) if value is None else watch.observe(Observation(fact, value, at_ms))
        )
        out += seen
    return out


def alerts(payloads: list[Payload]) -> list[tuple[str, str]]:
    return [(p.type, p.alert) for p in payloads if isinstance(p, AlertRaised | AlertEnded)]


def test_one_odd_sample_changes_nothing() -> None:
    watch = Watch(FIRST)
    history = [(n * 1000, "0" if n % 2 else "1") for n in range(20)]
    assert [type(p) for p in faces(watch, history)] == [ObservationChanged]
    assert watch.active == frozenset()


def test_a_missing_face_is_guidance_and_ends_when_it_is_back() -> None:
    watch = Watch(FIRST)
    out = faces(watch, [(0, "1"), (1000, "0"), (2000, "0"), (3400, "0")])
    assert alerts(out) == []
    out = faces(watch, [(3500, "0")])
    assert alerts(out) == [("alert.raised", "face_missing")]
    raised = out[0]
    assert isinstance(raised, AlertRaised)
    assert (raised.since_ms, raised.severity, raised.rule_version) == (1000, "guidance", 1)
    assert watch.active == {"face_missing"}
    out = faces(watch, [(4500, "1")])
    assert alerts(out) == [("alert.ended", "face_missing")]
    assert watch.active == frozenset()


def test_a_tick_raises_what_no_sample_does() -> None:
    watch = Watch(FIRST)
    faces(watch, [(0, "0"), (1000, "0")])
    assert alerts(watch.tick(2400)) == []
    assert alerts(watch.tick(2500)) == [("alert.raised", "face_missing")]


def test_two_and_three_faces_are_several() -> None:
    watch = Watch(FIRST)
    out = faces(watch, [(0, "1"), (1000, "2"), (2000, "3"), (3000, "2"), (4000, "3")])
    assert alerts(out) == [("alert.raised", "several_faces")]


def test_a_cause_that_comes_back_soon_continues_the_same_alert() -> None:
    watch = Watch(FIRST)
    out = faces(watch, [(0, "2"), (1000, "2"), (2000, "2"), (3000, "1"), (4000, "2"), (4900, "2")])
    out += faces(watch, [(6000, "1"), (7000, "1"), (8100, "1")])
    assert alerts(out) == [("alert.raised", "several_faces"), ("alert.ended", "several_faces")]
    ended = out[-1]
    assert isinstance(ended, AlertEnded)
    assert ended.until_ms == 6000


def test_what_is_not_looked_at_any_more_is_not_evaluated() -> None:
    watch = Watch(FIRST)
    faces(watch, [(0, "1")])
    changed = [p for p in watch.tick(6001) if isinstance(p, ObservationChanged)]
    assert ("faces", "not_evaluated") in {(p.fact.value, p.value) for p in changed}
    assert "observer_down" in {name for _, name in alerts(watch.tick(9100))}
    assert ("alert.ended", "observer_down") in alerts(
        faces(watch, [(10_000, "1"), (11_000, "1"), (12_000, "1")])
    )


def test_it_says_of_what_one_more_look_would_decide() -> None:
    watch = Watch(FIRST)
    faces(watch, [(0, "1")])
    assert watch.undecided == frozenset()
    faces(watch, [(1000, "0")])
    assert watch.undecided == {Fact.FACES}
    faces(watch, [(2000, "0")])
    assert watch.undecided == frozenset()


def test_suspending_ends_alerts_and_forgets_facts() -> None:
    watch = Watch(FIRST)
    faces(watch, [(0, "0"), (1000, "0"), (3000, "0")])
    assert alerts(watch.suspend(4000)) == [("alert.ended", "face_missing")]
    assert watch.active == frozenset()
    assert [watch.tick(at_ms) for at_ms in range(5000, 60_000, 1000)] == [[]] * 55
    assert len(faces(watch, [(61_000, "1")])) == 1


@given(HISTORY)
def test_the_same_history_gives_the_same_payloads(
    history: list[tuple[Fact, str | None, int]],
) -> None:
    assert run(Watch(FIRST), history) == run(Watch(FIRST), history)


@given(HISTORY)
def test_a_fact_is_never_repeated(history: list[tuple[Fact, str | None, int]]) -> None:
    last: dict[Fact, str] = {}
    since: dict[Fact, int] = {}
    for payload in run(Watch(FIRST), history):
        if isinstance(payload, ObservationChanged):
            kind = kind_of(payload.fact, payload.value)
            assert last.get(payload.fact) != kind
            assert since.get(payload.fact, 0) <= payload.since_ms
            last[payload.fact], since[payload.fact] = kind, payload.since_ms


@given(HISTORY)
def test_alerts_begin_and_end_in_turn(history: list[tuple[Fact, str | None, int]]) -> None:
    watch = Watch(FIRST)
    open_alerts: dict[str, int] = {}
    for payload in run(watch, history):
        if isinstance(payload, AlertRaised):
            assert payload.alert not in open_alerts
            open_alerts[payload.alert] = payload.since_ms
        elif isinstance(payload, AlertEnded):
            assert open_alerts.pop(payload.alert) == payload.since_ms
            assert payload.since_ms <= payload.until_ms
    assert frozenset(open_alerts) == watch.active


def test_the_first_policy_stays_as_it_was() -> None:
    policy = FIRST
    assert policy.version == 1
    assert {
        "face_missing",
        "several_faces",
        "picture_black",
        "picture_frozen",
        "sound_silent",
        "observer_down",
    } <= {rule.alert for rule in policy.alerts}
    for rule in policy.alerts:
        kinds = {kind_of(rule.fact, value) for value in VALUES[rule.fact]}
        assert rule.values <= kinds


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"version": 0}, "version"),
        ({"unknown": 1}, "unknown"),
        ({"stale_after_ms": {"faces": 1}}, "policy"),
        ({"confirm_samples": {}}, "policy"),
    ],
)
def test_a_wrong_policy_is_refused_naming_the_field(change: dict[str, object], place: str) -> None:
    data = FIRST.model_dump(mode="json") | change
    with pytest.raises(InvalidInputError) as caught:
        parse_policy(data)
    assert caught.value.field == place


def test_two_rules_for_one_alert_are_refused() -> None:
    data = FIRST.model_dump(mode="json")
    data["alerts"].append(data["alerts"][0])
    with pytest.raises(InvalidInputError):
        parse_policy(data)
