"""One contract, both stores: what the interface promises, on a real disk and a real S3 server."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backing.objects import FolderObjectStore, ObjectStore
from backing.objects.interface import MAX_KEY_LENGTH
from backing.objects.key import checked_key
from backing.objects.s3 import S3ObjectStore
from shuanglu.clock import SystemClock
from shuanglu.errors import ConflictError, InvalidInputError, NotFoundError
from tests.backing.s3_server import settings_for

WEBM = "video/webm"
LARGE = (5 << 20) * 2 + 17
"""Past the multipart threshold of the tests, and not a multiple of it."""

BAD_KEYS = (
    "",
    "/",
    "/etc/passwd",
    "a//b",
    "a/",
    "../a",
    "a/../b",
    "a/./b",
    "a/..",
    ".hidden",
    "a/.hidden",
    "a..b",
    "a\\b",
    "a b",
    "a\x00b",
    "a\nb",
    "a%2e%2e/b",
    "名",
    "a" * (MAX_KEY_LENGTH + 1),
)


@pytest.fixture(params=["folder", "s3"])
async def store(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[FolderObjectStore | S3ObjectStore]:
    if request.param == "folder":
        yield FolderObjectStore(tmp_path / "objects")
        return
    endpoint: str = request.getfixturevalue("s3_endpoint")
    s3 = S3ObjectStore(settings_for(endpoint, "contract"), clock=SystemClock())
    yield s3
    await s3.close()


@pytest.fixture
def place() -> str:
    """A prefix of this test's own: the S3 bucket is shared."""
    return f"sessions/ses_{secrets.token_hex(6)}"


async def test_gives_back_what_was_put(store: ObjectStore, place: str) -> None:
    await store.put(f"{place}/header", b"\x1a\x45\xdf\xa3", content_type=WEBM)
    assert await store.get(f"{place}/header") == b"\x1a\x45\xdf\xa3"
    assert await store.size(f"{place}/header") == 4
    assert await store.exists(f"{place}/header")


async def test_keeps_an_empty_object(store: ObjectStore, place: str) -> None:
    await store.put(f"{place}/empty", b"", content_type=WEBM)
    assert await store.get(f"{place}/empty") == b""
    assert await store.get(f"{place}/empty", start=0, end=5) == b""
    assert await store.size(f"{place}/empty") == 0


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, None, b"0123456789"),
        (0, 10, b"0123456789"),
        (3, 7, b"3456"),
        (9, 10, b"9"),
        (7, None, b"789"),
        (7, 99, b"789"),
        (4, 4, b""),
        (10, None, b""),
        (10, 12, b""),
        (99, 100, b""),
    ],
)
async def test_gives_ranges(
    store: ObjectStore, place: str, start: int, end: int | None, expected: bytes
) -> None:
    await store.put(f"{place}/range", b"0123456789", content_type=WEBM)
    assert await store.get(f"{place}/range", start=start, end=end) == expected


@pytest.mark.parametrize(("start", "end"), [(-1, None), (-5, 3), (4, 3)])
async def test_refuses_what_is_no_range(
    store: ObjectStore, place: str, start: int, end: int | None
) -> None:
    with pytest.raises(InvalidInputError):
        await store.get(f"{place}/range", start=start, end=end)


async def test_tells_absence(store: ObjectStore, place: str) -> None:
    for read in (store.get(f"{place}/no"), store.size(f"{place}/no")):
        with pytest.raises(NotFoundError):
            await read
    with pytest.raises(NotFoundError):
        await store.get(f"{place}/no", start=3, end=3)
    assert not await store.exists(f"{place}/no")
    assert await store.keys(f"{place}/no") == []


async def test_a_folder_of_keys_is_no_object(store: ObjectStore, place: str) -> None:
    await store.put(f"{place}/stretch-0001/header", b"x", content_type=WEBM)
    assert not await store.exists(f"{place}/stretch-0001")
    with pytest.raises(NotFoundError):
        await store.get(f"{place}/stretch-0001")


async def test_the_same_bytes_again_are_fine(store: ObjectStore, place: str) -> None:
    for _ in range(2):
        await store.put(f"{place}/again", b"same", content_type=WEBM)
    assert await store.get(f"{place}/again") == b"same"


@pytest.mark.parametrize("other", [b"other", b"sam", b"same!", b""])
async def test_other_bytes_are_a_conflict_and_change_nothing(
    store: ObjectStore, place: str, other: bytes
) -> None:
    await store.put(f"{place}/once", b"same", content_type=WEBM)
    with pytest.raises(ConflictError):
        await store.put(f"{place}/once", other, content_type=WEBM)
    assert await store.get(f"{place}/once") == b"same"


async def test_of_many_writers_one_wins_and_the_bytes_are_whole(
    store: ObjectStore, place: str
) -> None:
    offered = [bytes([n]) * 50_000 for n in range(8)]
    results = await asyncio.gather(
        *(store.put(f"{place}/race", data, content_type=WEBM) for data in offered),
        return_exceptions=True,
    )
    assert sum(result is None for result in results) == 1
    assert all(result is None or isinstance(result, ConflictError) for result in results)
    assert await store.get(f"{place}/race") == offered[results.index(None)]


async def test_stores_a_file_and_leaves_it(store: ObjectStore, place: str, tmp_path: Path) -> None:
    segment = tmp_path / "000001.seg"
    segment.write_bytes(b"cluster" * 1000)
    for _ in range(2):
        await store.put_file(f"{place}/000001.seg", segment, content_type=WEBM)
    assert await store.get(f"{place}/000001.seg") == b"cluster" * 1000
    assert segment.read_bytes() == b"cluster" * 1000


async def test_a_file_with_other_bytes_is_a_conflict(
    store: ObjectStore, place: str, tmp_path: Path
) -> None:
    (tmp_path / "one").write_bytes(b"cluster A")
    (tmp_path / "two").write_bytes(b"cluster B")
    await store.put_file(f"{place}/seg", tmp_path / "one", content_type=WEBM)
    with pytest.raises(ConflictError):
        await store.put_file(f"{place}/seg", tmp_path / "two", content_type=WEBM)
    assert await store.get(f"{place}/seg") == b"cluster A"


async def test_stores_large_objects_once(store: ObjectStore, place: str, tmp_path: Path) -> None:
    data = secrets.token_bytes(LARGE)
    (tmp_path / "large").write_bytes(data)
    await store.put(f"{place}/large", data, content_type=WEBM)
    await store.put_file(f"{place}/large", tmp_path / "large", content_type=WEBM)
    with pytest.raises(ConflictError):
        await store.put(f"{place}/large", bytes(LARGE), content_type=WEBM)
    assert await store.get(f"{place}/large") == data
    assert await store.get(f"{place}/large", start=LARGE - 3) == data[-3:]


@pytest.mark.parametrize("what", ["absent", "folder", "link"])
async def test_refuses_what_is_no_file(
    store: ObjectStore, place: str, tmp_path: Path, what: str
) -> None:
    source = tmp_path / "source"
    if what == "folder":
        source.mkdir()
    if what == "link":
        (tmp_path / "secret").write_bytes(b"secret")
        source.symlink_to(tmp_path / "secret")
    with pytest.raises(InvalidInputError):
        await store.put_file(f"{place}/seg", source, content_type=WEBM)
    assert not await store.exists(f"{place}/seg")


async def test_lists_keys_by_prefix_in_order(store: ObjectStore, place: str) -> None:
    names = ["stretch-0001/000002.seg", "stretch-0001/000001.seg", "stretch-0002/header", "header"]
    for name in names:
        await store.put(f"{place}/{name}", name.encode(), content_type=WEBM)
    assert await store.keys(place) == sorted(f"{place}/{name}" for name in names)
    assert await store.keys(f"{place}/stretch-0001/") == [
        f"{place}/stretch-0001/000001.seg",
        f"{place}/stretch-0001/000002.seg",
    ]
    assert await store.keys(f"{place}/stretch-0001/000002") == [f"{place}/stretch-0001/000002.seg"]
    assert await store.keys(f"{place}/stretch-") == [
        key for key in await store.keys(place) if "stretch" in key
    ]
    assert await store.keys(f"{place}-other") == []


@pytest.mark.parametrize("key", BAD_KEYS)
async def test_refuses_keys_that_are_none(store: ObjectStore, tmp_path: Path, key: str) -> None:
    (tmp_path / "file").write_bytes(b"x")
    for call in (
        store.put(key, b"x", content_type=WEBM),
        store.put_file(key, tmp_path / "file", content_type=WEBM),
        store.get(key),
        store.size(key),
        store.exists(key),
    ):
        with pytest.raises(InvalidInputError):
            await call


@pytest.mark.parametrize("prefix", ["/", "../", "a/../", ".inc", "a//", "*"])
async def test_refuses_prefixes_that_are_none(store: ObjectStore, prefix: str) -> None:
    with pytest.raises(InvalidInputError):
        await store.keys(prefix)


@pytest.mark.parametrize("key", ["a", "a/b", "A-b_c.d/9", "a" * MAX_KEY_LENGTH])
def test_takes_keys_of_the_documented_form(key: str) -> None:
    assert checked_key(key) == key


@given(st.text(max_size=40))
def test_no_key_that_passes_can_leave_the_folder(key: str) -> None:
    try:
        checked_key(key)
    except InvalidInputError:
        return
    root = Path("/root-of-objects")
    reached = (root / key).resolve()
    assert reached.is_relative_to(root)
    assert reached != root
    assert not any(part.startswith(".") for part in reached.relative_to(root).parts)
