"""What every data key promises; the file adapter is held to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from backing.keys import DataKey, FileDataKey, TemplateCipher
from shuanglu.errors import InvalidInputError, NotAllowedError

SECRET = b"128 floats of a face"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "templates.key"


@pytest.fixture
def key(path: Path) -> DataKey:
    return FileDataKey.load_or_create(path)


async def test_opens_what_it_sealed_and_never_seals_alike(key: DataKey) -> None:
    first, second = [await key.encrypt(SECRET, associated=b"here") for _ in range(2)]
    assert first != second
    assert SECRET not in first
    assert await key.decrypt(first, associated=b"here") == SECRET


async def test_any_altered_byte_and_any_other_place_is_refused(key: DataKey) -> None:
    sealed = await key.encrypt(SECRET, associated=b"here")
    for place in range(len(sealed)):
        altered = bytearray(sealed)
        altered[place] ^= 1
        with pytest.raises(InvalidInputError):
            await key.decrypt(bytes(altered), associated=b"here")
    for sealed_bytes, associated in ((sealed, b"there"), (sealed[:-1], b"here"), (b"", b"here")):
        with pytest.raises(InvalidInputError):
            await key.decrypt(sealed_bytes, associated=associated)


async def test_another_key_is_refused(key: DataKey, tmp_path: Path) -> None:
    other: DataKey = FileDataKey.load_or_create(tmp_path / "other.key")
    assert other.key_id != key.key_id
    with pytest.raises(InvalidInputError):
        await other.decrypt(await key.encrypt(SECRET, associated=b""), associated=b"")


async def test_the_second_start_finds_the_same_private_key(key: DataKey, path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600  # noqa: ASYNC240 - one file of a test
    again = FileDataKey.load_or_create(path)
    assert again.key_id == key.key_id
    assert await again.decrypt(await key.encrypt(SECRET, associated=b""), associated=b"") == SECRET


def test_a_file_that_others_may_read_or_that_is_no_key_is_refused(path: Path) -> None:
    FileDataKey.load_or_create(path)
    path.chmod(0o644)
    with pytest.raises(NotAllowedError):
        FileDataKey.load_or_create(path)
    path.chmod(0o600)
    path.write_bytes(b"short")
    with pytest.raises(InvalidInputError):
        FileDataKey.load_or_create(path)


async def test_a_template_opens_for_its_session_and_purpose_only(key: DataKey) -> None:
    cipher = TemplateCipher(key)
    sealed = await cipher.encrypt("ses_1", "reference", SECRET)
    assert await cipher.decrypt("ses_1", "reference", sealed) == SECRET
    for session_id, purpose in (("ses_2", "reference"), ("ses_1", "card"), ("ses_1r", "eference")):
        with pytest.raises(InvalidInputError):
            await cipher.decrypt(session_id, purpose, sealed)
