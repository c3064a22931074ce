"""Somebody without the server's key changes a package: hashes or the signature tell."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from shuanglu.evidence.names import UNSIGNED_FILES
from shuanglu.timeline.chain import sha256_hex
from tests.evidence.packing import Files, Sealed, first_failure, zip_of
from tests.evidence.performance import Performance

SEALED = Sealed.of(Performance().whole())
FILES = SEALED.files()
SIGNED_NAMES = sorted(FILES.keys() - UNSIGNED_FILES)


def flip(data: bytes, place: int, bit: int) -> bytes:
    at = place % len(data)
    return data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1 :]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SIGNED_NAMES), st.integers(0, 1 << 20), st.integers(0, 7))
def test_any_flipped_bit_of_any_file_is_found_by_its_hash(name: str, place: int, bit: int) -> None:
    files = {**FILES, name: flip(FILES[name], place, bit)}
    assert first_failure(files) == (3, "file_hash")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SIGNED_NAMES), st.integers(1, 64), st.booleans())
def test_any_other_length_is_found(name: str, count: int, appended: bool) -> None:  # noqa: FBT001 - drawn
    data = FILES[name]
    changed = data + bytes(count) if appended else data[: max(0, len(data) - count)]
    assert first_failure({**FILES, name: changed}) == (1, "file_size")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(FILES)), st.sampled_from(sorted(FILES)))
def test_swapped_files_are_found(one: str, other: str) -> None:
    files = {**FILES, one: FILES[other], other: FILES[one]}
    step, _ = first_failure(files)
    assert (step == 0) == (FILES[one] == FILES[other])


@pytest.mark.parametrize("number", range(len(FILES)))
def test_a_dropped_file_is_found(number: int) -> None:
    name = sorted(FILES)[number]  # names hold hashes, which are others in every process
    files = {key: data for key, data in FILES.items() if key != name}
    assert first_failure(files) == (1, "file_missing")


@pytest.mark.parametrize(
    "name",
    ["more.txt", "../evil", "/etc/passwd", "media\\stretch-0001.webm", "objects/", "MANIFEST.JSON"],
)
def test_a_file_that_the_manifest_does_not_name_is_found(name: str) -> None:
    step, reason = first_failure(_plain_zip({**FILES, name: b"x"}))
    assert step == 1
    assert reason in {"file_extra", "name_trick"}


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 1 << 20), st.integers(0, 7))
def test_any_flipped_bit_of_the_manifest_is_found(place: int, bit: int) -> None:
    files = {**FILES, "manifest.json": flip(FILES["manifest.json"], place, bit)}
    step, _ = first_failure(files)
    assert step in {1, 2}


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 1 << 20), st.integers(0, 7))
def test_any_flipped_bit_of_the_signature_is_found(place: int, bit: int) -> None:
    files = {**FILES, "manifest.sig": flip(FILES["manifest.sig"], place, bit)}
    step, reason = first_failure(files)
    assert (step, reason) in {(2, "signature"), (2, "malformed")}


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 1 << 20), st.integers(0, 7))
def test_any_flipped_bit_of_the_key_is_found(place: int, bit: int) -> None:
    files = {**FILES, "signing_key.json": flip(FILES["signing_key.json"], place, bit)}
    assert first_failure(files)[0] == 2


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 1 << 24), st.integers(0, 7))
def test_no_flipped_bit_of_the_archive_makes_other_evidence_pass(place: int, bit: int) -> None:
    """A bit of a zip header may be harmless (a time stamp); evidence never changes with it."""
    archive = flip(zip_of(FILES), place, bit)
    step, _ = first_failure(archive)
    if step == 0:
        with zipfile.ZipFile(io.BytesIO(archive)) as found:
            assert {name: found.read(name) for name in found.namelist()} == FILES


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 1 << 16))
def test_a_cut_archive_is_found(count: int) -> None:
    archive = zip_of(FILES)
    assert first_failure(archive[: max(0, len(archive) - count)])[0] == 1


@pytest.mark.parametrize("where", ["before", "after", "comment"])
def test_bytes_hidden_around_the_archive_are_found(where: str) -> None:
    archive = zip_of(FILES)
    if where == "before":
        archive = b"MZ" * 50 + archive
    elif where == "after":
        archive = archive + b"hidden"
    else:
        archive = archive[:-2] + struct.pack("<H", 6) + b"hidden"
    assert first_failure(archive) == (1, "zip_hidden_bytes")


def test_bytes_hidden_between_files_are_found() -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for name, data in FILES.items():
            archive.writestr(name, data)
            raw.seek(0, 2)
            raw.write(b"hidden between the files of it")
            archive.start_dir = raw.tell()
    assert first_failure(raw.getvalue()) == (1, "zip_hidden_bytes")


def test_a_file_that_is_there_twice_is_found() -> None:
    raw = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(raw, "w") as archive:
        warnings.simplefilter("ignore", UserWarning)  # zipfile warns of what this test wants
        for name, data in FILES.items():
            archive.writestr(name, data)
        archive.writestr("manifest.json", b"{}")
    assert first_failure(raw.getvalue()) == (1, "duplicate_file")


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in FILES.items():
            archive.writestr(name, bytes(200 << 20) if name == "manifest.json" else data)
    assert first_failure(raw.getvalue()) == (1, "too_large")


def test_a_deflated_package_still_verifies() -> None:
    assert first_failure(_plain_zip(FILES, zipfile.ZIP_DEFLATED)) == (0, "")


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_unusual_packing_is_refused(method: int) -> None:
    assert first_failure(_plain_zip(FILES, method)) == (1, "zip_feature")


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip at all" * 100, bytes(1000)])
def test_what_is_no_zip_is_refused(data: bytes) -> None:
    assert first_failure(data) == (1, "not_a_zip")


def test_a_rehashed_forgery_needs_the_key() -> None:
    """All hashes are made to fit; only the signature cannot be."""
    name = "timeline.jsonl"
    forged = FILES[name].replace("稳健一号".encode(), "稳健二号".encode())
    manifest = SEALED.manifest()
    entry = manifest.timeline.model_copy(update={"sha256": sha256_hex(forged)})
    changed = manifest.model_copy(update={"timeline": entry})
    files = {**FILES, name: forged, "manifest.json": changed.canonical}
    assert first_failure(files) == (2, "signature")


def test_a_forger_with_a_key_of_his_own_is_found_by_pinning() -> None:
    forger = Sealed.of(Performance().whole())
    forger.key = Ed25519PrivateKey.generate()
    assert first_failure(forger.files(), pinned_key=SEALED.public_key) == (2, "unexpected_key")


@pytest.mark.parametrize(
    "respell",
    [
        lambda data: data.replace(b'"format"', b'"format" ', 1),
        lambda data: data[:-1] + b',"format":"shuanglu-evidence-1"}',
        lambda data: data + b"\n",
        lambda data: b"[" * 100_000 + data,
        lambda data: data.replace(b'"version":2}', b'"version":2.0}', 1),
        lambda data: data.replace(b'Z"', b'+00:00"', 1),
    ],
    ids=["space", "twice", "newline", "deep", "float", "time"],
)
def test_a_manifest_in_another_spelling_is_refused(respell: Callable[[bytes], bytes]) -> None:
    data = respell(FILES["manifest.json"])
    signed = {**FILES, "manifest.json": data}
    assert data != FILES["manifest.json"]
    assert first_failure(signed)[0] == 1


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_as_manifest_end_in_a_report(data: bytes) -> None:
    assert first_failure({**FILES, "manifest.json": data})[0] == 1


def test_a_manifest_that_names_wrongly_is_refused() -> None:
    manifest = SEALED.manifest()
    readme = manifest.readme.model_copy(update={"file": "../../README.txt"})
    forged = manifest.model_copy(update={"readme": readme})
    files: Files = {**SEALED.signed(FILES, forged)}
    assert first_failure(files) == (1, "name_trick")


def _plain_zip(files: Files, method: int = zipfile.ZIP_STORED) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return raw.getvalue()
