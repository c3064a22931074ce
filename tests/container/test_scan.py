"""The scanner finds whole clusters, and exactly where a torn tail begins."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuanglu.container.cluster import Block, encode_cluster
from shuanglu.container.scan import ClusterScanner, scan_clusters
from shuanglu.errors import InvalidInputError
from tests.container.stretches import Stretch

BLOCKS = st.lists(
    st.builds(
        Block, st.integers(0, 2000), st.sampled_from([1, 2]), st.booleans(), st.binary(max_size=64)
    ).filter(lambda b: b.data),
    min_size=1,
    max_size=8,
)
CLUSTERS = st.lists(BLOCKS.map(lambda blocks: encode_cluster(0, blocks)), min_size=1, max_size=5)


def test_real_clusters_are_all_found(vp8_stretch: Stretch) -> None:
    scan = scan_clusters(vp8_stretch.header + vp8_stretch.body, len(vp8_stretch.header))
    assert scan.tail_bytes == 0
    assert [(c.offset, c.size) for c in scan.clusters] == [
        (e.offset, e.size) for e in vp8_stretch.entries
    ]
    for cluster, entry in zip(scan.clusters, vp8_stretch.entries, strict=True):
        assert cluster.timestamp_ms == entry.start_ms - vp8_stretch.entries[0].start_ms
        assert cluster.begins_with_key_frame == entry.begins_with_key_frame


@given(CLUSTERS, st.data())
def test_a_truncation_anywhere_leaves_the_whole_clusters(
    clusters: list[bytes], data: st.DataObject
) -> None:
    stretch = b"".join(clusters)
    cut = data.draw(st.integers(0, len(stretch)))
    scan = scan_clusters(stretch[:cut])
    ends = [sum(map(len, clusters[: n + 1])) for n in range(len(clusters))]
    whole = [end for end in ends if end <= cut]
    assert len(scan.clusters) == len(whole)
    assert scan.whole_bytes == (whole[-1] if whole else 0)
    assert scan.tail_bytes == cut - scan.whole_bytes


@given(CLUSTERS, st.data())
def test_the_scanner_in_pieces_finds_the_same(clusters: list[bytes], data: st.DataObject) -> None:
    stretch = b"".join(clusters)
    scanner = ClusterScanner()
    found = []
    position = 0
    while position < len(stretch):
        step = data.draw(st.integers(1, 200))
        found += scanner.feed(stretch[position : position + step])
        position += step
    assert [bytes_ for _, bytes_ in found] == clusters
    assert [c for c, _ in found] == list(scan_clusters(stretch).clusters)
    assert scanner.tail_bytes == 0


@given(st.binary(max_size=400))
def test_garbage_is_a_tail(data: bytes) -> None:
    scan = scan_clusters(data)
    assert scan.whole_bytes + scan.tail_bytes == len(data)


@given(st.integers(1, 4096))
def test_zeros_that_a_power_loss_left_are_a_tail(count: int) -> None:
    cluster = encode_cluster(0, [Block(0, 1, is_key=True, data=b"x")])
    scan = scan_clusters(cluster + bytes(count))
    assert (len(scan.clusters), scan.tail_bytes) == (1, count)


def test_a_cluster_whose_inside_is_zeros_is_not_whole() -> None:
    cluster = encode_cluster(0, [Block(0, 1, is_key=True, data=b"x" * 100)])
    scan = scan_clusters(cluster[:12] + bytes(len(cluster) - 12))
    assert not scan.clusters


def test_bytes_that_are_no_cluster_are_refused_in_pieces() -> None:
    with pytest.raises(InvalidInputError):
        ClusterScanner().feed(b"\x00" * 40)


@settings(max_examples=60)
@given(st.data())
def test_any_flipped_bit_is_found_by_the_journal(vp8_stretch: Stretch, data: st.DataObject) -> None:
    stored = bytearray(vp8_stretch.header + vp8_stretch.body)
    bit = data.draw(st.integers(0, len(stored) * 8 - 1))
    stored[bit // 8] ^= 1 << (bit % 8)
    header_holds = stored[: len(vp8_stretch.header)] == vp8_stretch.header
    damaged = [
        entry.cluster
        for entry in vp8_stretch.entries
        if hashlib.sha256(stored[entry.offset : entry.offset + entry.size]).hexdigest()
        != entry.sha256
    ]
    expected = [e.cluster for e in vp8_stretch.entries if e.offset <= bit // 8 < e.offset + e.size]
    assert damaged == expected
    assert header_holds == bool(expected)
