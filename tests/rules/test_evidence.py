from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuanglu.rules.evidence import faces_in, joined, voice_in
from shuanglu.rules.observation import VoiceEvidence, VoiceSpan

TIMES = st.integers(min_value=0, max_value=20_000)
INTERVALS = st.lists(st.tuples(TIMES, TIMES).map(lambda pair: (min(pair), max(pair))))


def test_speech_is_cut_to_the_span() -> None:
    spans = [VoiceSpan(500, 1500), VoiceSpan(2000, 2300)]
    heard = VoiceEvidence(speech_ms=800, first_ms=1000, last_ms=2300, evaluated=True)
    assert voice_in(spans, [(0, 3000)], 1000, 3000) == heard


@pytest.mark.parametrize(
    ("processed", "evaluated"),
    [([], False), ([(0, 899)], False), ([(0, 900)], True), ([(0, 400), (450, 1000)], True)],
)
def test_silence_is_silence_only_where_sound_was_processed(
    processed: list[tuple[int, int]], *, evaluated: bool
) -> None:
    assert voice_in([], processed, 0, 1000) == VoiceEvidence(0, None, None, evaluated)


def test_an_empty_span_is_not_evaluated() -> None:
    assert voice_in([], [(0, 9000)], 1000, 1000).evaluated is False


@pytest.mark.parametrize(
    ("samples", "verdict"),
    [
        ([], "not_evaluated"),
        ([(0, 1)], "not_evaluated"),
        ([(5000, 1)], "present"),
        ([(5000, 0)], "absent"),
        ([(5000, 2)], "several"),
        ([(3000, 1), (5000, 0), (7000, 1)], "present"),
        ([(3000, 0), (5000, 0), (7000, 1)], "absent"),
        ([(3000, 1), (5000, 2), (7000, 1)], "present"),
        ([(3000, 2), (5000, 1), (7000, 3)], "several"),
        ([(3000, 0), (7000, 1)], "present"),
    ],
)
def test_faces_of_a_span(samples: list[tuple[int, int]], verdict: str) -> None:
    assert faces_in(samples, 4000, 6000) == verdict


def test_a_hole_in_the_middle_is_not_evaluated() -> None:
    assert faces_in([(1000, 1), (9000, 1)], 1000, 9000) == "not_evaluated"
    assert faces_in([(1000, 1), (5000, 1), (9000, 1)], 1000, 9000) == "present"


@given(INTERVALS)
def test_joined_intervals_are_sorted_apart_and_cover_the_same(
    intervals: list[tuple[int, int]],
) -> None:
    out: list[tuple[int, int]] = []
    for interval in intervals:
        out = joined(out, interval)
    assert out == sorted(out)
    assert all(before[1] < after[0] for before, after in itertools.pairwise(out))
    for start, end in intervals:
        assert any(low <= start and end <= high for low, high in out)


@given(INTERVALS, INTERVALS, TIMES, TIMES)
def test_evidence_never_exceeds_the_span(
    voices: list[tuple[int, int]], processed: list[tuple[int, int]], one: int, other: int
) -> None:
    from_ms, to_ms = min(one, other), max(one, other)
    merged: list[tuple[int, int]] = []
    for interval in processed:
        merged = joined(merged, interval)
    found = voice_in([VoiceSpan(*v) for v in voices], merged, from_ms, to_ms)
    assert 0 <= found.speech_ms <= to_ms - from_ms
    if found.first_ms is not None and found.last_ms is not None:
        assert from_ms <= found.first_ms < found.last_ms <= to_ms


@given(st.lists(st.tuples(TIMES, st.integers(0, 3))), TIMES, TIMES)
def test_faces_do_not_depend_on_the_order_of_samples(
    samples: list[tuple[int, int]], one: int, other: int
) -> None:
    from_ms, to_ms = min(one, other), max(one, other)
    assert faces_in(samples, from_ms, to_ms) == faces_in(samples[::-1], from_ms, to_ms)
