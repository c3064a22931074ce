"""Signing keys and token secrets in files: made once, private, refused when they are not."""

from __future__ import annotations

import hashlib
import multiprocessing
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from backing.keys import FileSigningKey, SigningKey
from backing.keys.private_file import load_or_create
from shuanglu.errors import InvalidInputError, NotAllowedError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "signing.pem"


async def test_signs_what_anybody_can_verify(path: Path) -> None:
    key: SigningKey = FileSigningKey.load_or_create(path)
    signature = await key.sign(b"manifest")
    public = Ed25519PublicKey.from_public_bytes(key.public_key)
    public.verify(signature, b"manifest")
    with pytest.raises(InvalidSignature):
        public.verify(signature, b"manifest.")
    assert key.key_id == hashlib.sha256(key.public_key).hexdigest()[:16]


async def test_the_second_start_finds_the_same_key(path: Path) -> None:
    first, second = FileSigningKey.load_or_create(path), FileSigningKey.load_or_create(path)
    assert first.public_key == second.public_key
    assert await first.sign(b"x") == await second.sign(b"x")


def test_the_file_is_pkcs8_and_private(path: Path) -> None:
    key = FileSigningKey.load_or_create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    pem = path.read_bytes()
    assert pem.startswith(b"-----BEGIN PRIVATE KEY-----")
    loaded = load_pem_private_key(pem, password=None)
    assert loaded.public_key().public_bytes_raw() == key.public_key  # type: ignore[union-attr]
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610, 0o602])
def test_a_file_that_others_may_touch_is_refused(path: Path, mode: int) -> None:
    FileSigningKey.load_or_create(path)
    path.chmod(mode)
    with pytest.raises(NotAllowedError):
        FileSigningKey.load_or_create(path)


def test_a_link_is_refused(path: Path, tmp_path: Path) -> None:
    FileSigningKey.load_or_create(tmp_path / "elsewhere.pem")
    path.parent.mkdir()
    path.symlink_to(tmp_path / "elsewhere.pem")
    with pytest.raises(NotAllowedError):
        FileSigningKey.load_or_create(path)


def test_a_folder_is_refused(path: Path) -> None:
    path.mkdir(parents=True, mode=0o700)
    with pytest.raises((NotAllowedError, IsADirectoryError)):
        FileSigningKey.load_or_create(path)


def damaged_files() -> dict[str, bytes]:
    curve_key = ec.generate_private_key(ec.SECP256R1())
    return {
        "empty": b"",
        "words": b"this is no key",
        "cut": b"-----BEGIN PRIVATE KEY-----\nMC4CAQ",
        "other kind": curve_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        "encrypted": curve_key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")
        ),
    }


@pytest.mark.parametrize("name", damaged_files())
def test_a_damaged_file_is_refused_and_kept(path: Path, name: str) -> None:
    content = damaged_files()[name]
    path.parent.mkdir()
    path.touch(mode=0o600)
    path.write_bytes(content)
    with pytest.raises(InvalidInputError):
        FileSigningKey.load_or_create(path)
    assert path.read_bytes() == content


def _public_key_of(path: Path) -> bytes:
    return FileSigningKey.load_or_create(path).public_key


def test_processes_that_start_together_share_one_key(path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        keys = pool.map(_public_key_of, [path] * 12)
    assert len(set(keys)) == 1
    assert keys[0] == FileSigningKey.load_or_create(path).public_key


def test_the_first_writer_wins(path: Path) -> None:
    """Somebody else makes the file while we make our bytes."""

    def create() -> bytes:
        load_or_create(path, lambda: b"first")
        return b"second"

    assert load_or_create(path, create) == b"first"
    assert path.read_bytes() == b"first"
