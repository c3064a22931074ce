from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backing.objects import FolderObjectStore
from server.review.byte_range import ByteRange, UnsatisfiableError, parse_range
from server.review.playable import StoredSegment, playable
from shuanglu.container.ebml import CLUSTER, EBML, SEGMENT, read_head
from shuanglu.container.scan import scan_clusters
from tests.evidence.stretches import StretchMedia
from tests.server.evidence.act import SessionAct
from tests.server.stage import Stage


def clusters_at(data: bytes) -> int:
    """Where the clusters begin in a played file."""
    first = read_head(data, 0)
    assert first is not None
    assert first.identifier == EBML
    segment = read_head(data, first.end)
    assert segment is not None
    assert segment.identifier == SEGMENT
    assert segment.end == len(data), "the segment's size is that of the file"
    return data.index(CLUSTER, segment.body)


async def get(
    act: SessionAct, stretch: int, **headers: str
) -> tuple[int, bytes, Mapping[str, str]]:
    url = f"/api/v1/sessions/{act.session_id}/media/{stretch}"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = await act.stage.staff("GET", url, headers=named)
    return response.status, await response.read(), response.headers


async def test_a_running_session_plays_with_what_is_stored_so_far(stage: Stage) -> None:
    act = await SessionAct.joined(stage)
    await act.until_confirmation()
    media = act.performance.stretches[1]
    status, data, headers = await get(act, 2)
    assert status == 200
    assert headers["Content-Type"] == "video/webm"
    assert data[clusters_at(data) :] == b"".join(media.clusters)
    before = len(data)
    media.store(2)
    act.performance.tell(media.stored[-1])
    await act.tell()
    status, longer, _ = await get(act, 2)
    assert len(longer) > before
    assert scan_clusters(longer[clusters_at(longer) :]).tail_bytes == 0


async def test_a_viewing_stays_the_same_file_while_the_session_goes_on(stage: Stage) -> None:
    act = await SessionAct.joined(stage)
    await act.until_confirmation()
    _, data, headers = await get(act, 2, Range="bytes=0-")
    media = act.performance.stretches[1]
    media.store(1)
    act.performance.tell(media.stored[-1])
    await act.tell()
    status, tail, later = await get(act, 2, Range="bytes=1000-")
    assert status == 206
    assert tail == data[1000:]
    assert later["ETag"] == headers["ETag"]


async def test_an_ended_stretch_plays_from_its_journal(stage: Stage) -> None:
    act = await SessionAct.joined(stage)
    await act.sealed()
    for media in act.performance.stretches:
        status, data, _ = await get(act, media.number)
        assert status == 200
        assert data[clusters_at(data) :] == b"".join(media.clusters)


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-99", 0, 100),
        ("bytes=100-", 100, None),
        ("bytes=-50", -50, None),
        ("bytes=700-1699", 700, 1700),
        ("bytes=0-999999999", 0, None),
    ],
)
async def test_ranges(stage: Stage, asked: str, start: int, end: int | None) -> None:
    act = await SessionAct.joined(stage)
    await act.until_confirmation()
    _, whole, _ = await get(act, 1)
    status, part, headers = await get(act, 1, Range=asked)
    assert status == 206
    assert part == whole[start:end]
    first = whole.index(part)
    assert headers["Content-Range"] == f"bytes {first}-{first + len(part) - 1}/{len(whole)}"


async def test_a_range_behind_the_end_is_416(stage: Stage) -> None:
    act = await SessionAct.joined(stage)
    await act.until_confirmation()
    _, whole, _ = await get(act, 1)
    status, _, headers = await get(act, 1, Range=f"bytes={len(whole)}-")
    assert status == 416
    assert headers["Content-Range"] == f"bytes */{len(whole)}"


@pytest.mark.parametrize("stretch", ["3", "0", "-1", "abc", "99999999", "1%2F..%2F2"])
async def test_what_is_not_there_is_not_found(stage: Stage, stretch: str) -> None:
    act = await SessionAct.joined(stage)
    await act.until_confirmation()
    url = f"/api/v1/sessions/{act.session_id}/media/{stretch}"
    await stage.problem(await stage.staff("GET", url), 404, "not_found")


@pytest.mark.parametrize("header", ["bytes=", "bytes=-", "bytes=5-2", "items=0-5", "bytes=0-1,3-4"])
def test_a_header_of_another_form_is_ignored(header: str) -> None:
    assert parse_range(header, 100) is None


@given(st.integers(0, 200), st.integers(0, 200) | st.none(), st.integers(1, 150))
def test_a_range_never_leaves_the_file(first: int, last: int | None, total: int) -> None:
    header = f"bytes={first}-{'' if last is None else last}"
    try:
        found = parse_range(header, total)
    except UnsatisfiableError:
        assert first >= total
        return
    if found is None:
        assert last is not None
        assert last < first
    else:
        assert 0 <= found.start < found.end <= total


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> FolderObjectStore:
    return FolderObjectStore(tmp_path_factory.mktemp("objects"))


@settings(max_examples=30, deadline=None)
@given(st.data())
async def test_any_range_of_a_played_stretch_is_that_slice(
    store: FolderObjectStore, data: st.DataObject
) -> None:
    media = StretchMedia(1, 0)
    for count in (1, 2, 3):
        media.store(count)
    segments = [
        StoredSegment(
            f"s/{n}",
            len(media.segment(n)),
            tuple(entry for entry in media.entries if entry.segment == n),
        )
        for n in (1, 2, 3)
    ]
    stretch = playable(media.header, segments, media.head)
    whole = stretch.header + b"".join(media.clusters)
    start = data.draw(st.integers(0, len(whole) - 1))
    end = data.draw(st.integers(start + 1, len(whole)))
    for n in (1, 2, 3):
        await store.put(f"s/{n}", media.segment(n), content_type="application/octet-stream")
    pieces = [piece async for piece in stretch.read(store, ByteRange(start, end))]
    assert b"".join(pieces) == whole[start:end]
