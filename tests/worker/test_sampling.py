"""Measurements reach the record whole, in columns, a few seconds to an event."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from media_worker.sampling import BATCH_MS, Sampling, sampled
from shuanglu.rules.measurement import Measurement
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Metric

SHA = "a" * 64
METRICS = st.dictionaries(
    st.sampled_from([Metric.FACES, Metric.YAW, Metric.LUMA, Metric.SAME_FACE]),
    st.floats(-500, 500),
    max_size=4,
)


@given(st.lists(st.tuples(st.integers(1, 800), METRICS), max_size=120))
def test_nothing_that_was_measured_is_left_out(
    steps: list[tuple[int, dict[Metric, float]]],
) -> None:
    told: list[ev.Payload] = []
    sampling = Sampling(told.append)
    at_ms = 0
    given_in: list[tuple[int, dict[Metric, float]]] = []
    for step_ms, metrics in steps:
        at_ms += step_ms
        given_in.append((at_ms, metrics))
        sampling.take(Measurement(at_ms, "picture", metrics))
    sampling.flush()
    out = [row for event in told for row in rows(event)]
    assert [at for at, _ in out] == [at for at, _ in given_in]
    for (_, was), (_, written) in zip(given_in, out, strict=True):
        assert written == {name: round(value, 4) for name, value in was.items()}


def rows(event: ev.Payload) -> list[tuple[int, dict[Metric, float]]]:
    assert isinstance(event, ev.ObservationsSampled)
    return [
        (at_ms, {name: v for name, column in event.columns.items() if (v := column[n]) is not None})
        for n, at_ms in enumerate(event.at_ms)
    ]


def test_a_batch_is_some_seconds_of_one_source() -> None:
    told: list[ev.Payload] = []
    sampling = Sampling(told.append)
    for at_ms in range(0, 2 * BATCH_MS, 500):
        sampling.take(Measurement(at_ms, "picture", {Metric.FACES: 1}))
        sampling.take(Measurement(at_ms, "sound", {Metric.LEVEL: -30}))
    sources = [event.source for event in told if isinstance(event, ev.ObservationsSampled)]
    assert sorted(sources) == ["picture", "sound"]


def test_every_model_that_measured_is_named() -> None:
    event = sampled(
        "picture",
        [
            Measurement(0, "picture", {Metric.FACES: 1}, (SHA,)),
            Measurement(500, "picture", {Metric.SAME_FACE: 0.9}, (SHA, "b" * 64)),
        ],
    )
    assert event.model_sha256s == (SHA, "b" * 64)
    assert event.columns[Metric.SAME_FACE] == (None, 0.9)
