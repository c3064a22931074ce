"""Changed media, journals and gaps, all hashes and the server's signature made to fit."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.evidence.forging import (
    PERFORMED,
    rerecorded,
)
from tests.evidence.packing import Sealed, first_failure
from tests.evidence.stretches import StretchMedia, synthetic_cluster


def test_the_forgers_tools_change_nothing_by_themselves() -> None:
    sealed = Sealed.of(PERFORMED)
    again = rerecorded(sealed, 0, list[bytes].copy)
    assert again.events == sealed.events
    assert first_failure(again.files()) == (0, "")


def test_media_before_the_signature_cannot_be_recorded_anew() -> None:
    def other(clusters: list[bytes]) -> None:
        clusters[0] = synthetic_cluster(99, 0)

    forged = rerecorded(Sealed.of(PERFORMED), 0, other)
    assert first_failure(forged.files()) == (8, "statement_head")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1), st.integers(0, 1 << 16), st.integers(0, 7))
def test_changed_media_alone_breaks_the_journal(number: int, place: int, bit: int) -> None:
    sealed = Sealed.of(PERFORMED)
    media = copy.deepcopy(sealed.stretches[number])
    which = place % len(media.clusters)
    data = bytearray(media.clusters[which])
    data[place % len(data)] ^= 1 << bit
    media.clusters[which] = bytes(data)
    stretches = [media if n == number else s for n, s in enumerate(sealed.stretches)]
    assert first_failure(replace(sealed, stretches=stretches).files()) == (6, "cluster")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda m: m.clusters.pop(), "media_missing"),
        (lambda m: (m.clusters.pop(), m.entries.pop()), "stretch_end"),
        (lambda m: m.clusters.append(synthetic_cluster(7, 99_000)), "media_extra"),
        (lambda m: m.clusters.append(b"trailing"), "media_extra"),
        (lambda m: m.add(synthetic_cluster(7, 99_000), 99, 99_000), "journal"),
        (lambda m: m.clusters.reverse(), "cluster"),
        (lambda m: setattr(m, "header", m.header.replace(b"shuanglu", b"SHUANGLU")), "header"),
    ],
    ids=["cut", "cut-with-journal", "more", "garbage", "more-with-journal", "order", "header"],
)
def test_a_stretch_that_is_not_the_one_of_the_timeline_is_found(
    change: Callable[[StretchMedia], object], reason: str
) -> None:
    sealed = Sealed.of(PERFORMED)
    media = copy.deepcopy(sealed.stretches[0])
    change(media)
    forged = replace(sealed, stretches=[media, *sealed.stretches[1:]])
    assert first_failure(forged.files()) == (6, reason)


@pytest.mark.parametrize("field", ["start_ms", "end_ms", "sha256", "head", "segment", "offset"])
def test_a_journal_that_tells_otherwise_is_found(field: str) -> None:
    sealed = Sealed.of(PERFORMED)
    media = copy.deepcopy(sealed.stretches[0])
    entry = media.entries[1]
    value = getattr(entry, field)
    other = "ab" * 32 if isinstance(value, str) else value + 500
    media.entries[1] = entry.model_copy(update={field: other})
    forged = replace(sealed, stretches=[media, *sealed.stretches[1:]])
    assert first_failure(forged.files())[0] == 6


def test_a_stretch_left_out_whole_is_found() -> None:
    sealed = Sealed.of(PERFORMED)
    forged = replace(sealed, stretches=sealed.stretches[1:])
    assert first_failure(forged.files()) == (6, "stretches")
