"""Steps 1 to 3: the package itself, the manifest's signature, the files' hashes."""

from __future__ import annotations

import hashlib
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import Field

from shuanglu.evidence.assertion import base64url, from_base64url
from shuanglu.evidence.check import canonical_json, counted, fail, require, validated
from shuanglu.evidence.findings import Findings
from shuanglu.evidence.manifest import Manifest, NamedFile, has_lawful_name
from shuanglu.evidence.names import (
    KEY_FILE,
    MANIFEST_FILE,
    SIGNATURE_FILE,
    UNSIGNED_FILES,
)
from shuanglu.evidence.package import PackageFile, measure, read_whole
from shuanglu.wire.base import Wire

MAX_MANIFEST_BYTES = 16 << 20
MAX_KEY_BYTES = 4096
KEY_BYTES = 32
KEY_ID_HEX_DIGITS = 16


class SigningKeyFile(Wire):
    """``signing_key.json``: the public key that the package claims to be signed with."""

    algorithm: Literal["Ed25519"] = "Ed25519"
    key_id: str = Field(pattern=r"^[0-9a-f]{16}$")
    public_key: str = Field(description="base64url, 32 bytes", max_length=64)


def key_id_of(public_key: bytes) -> str:
    """First 16 hexadecimal digits of the SHA-256 of the raw public key."""
    return hashlib.sha256(public_key).hexdigest()[:KEY_ID_HEX_DIGITS]


def check_package(findings: Findings) -> str:
    """(1) A package with exactly the files that its manifest names, and no tricks.

    Does not prove that the manifest is anybody's: step 2 does.
    """
    listed = findings.package.files()
    names = [file.name for file in listed]
    require(len(set(names)) == len(names), "duplicate_file", "a file is in the package twice")
    for name in UNSIGNED_FILES:
        require(name in names, "file_missing", f"{name} is not in the package")
    findings.manifest_bytes = read_whole(
        findings.package, MANIFEST_FILE, limit_bytes=MAX_MANIFEST_BYTES
    )
    value = canonical_json(findings.manifest_bytes, what="the manifest")
    manifest = validated(lambda: Manifest.model_validate(value), what="the manifest")
    # The model must write what was read: a date in another spelling would be two manifests.
    require(manifest.canonical == findings.manifest_bytes, "not_canonical", "the manifest differs")
    _check_names(manifest, listed)
    findings.found_manifest = manifest
    return counted(len(names), "file")


def _check_names(manifest: Manifest, listed: tuple[PackageFile, ...]) -> None:
    named = manifest.files()
    require(all(map(has_lawful_name, named)), "name_trick", "the manifest names a file wrongly")
    wanted = {file.file: file.bytes for file in named}
    require(len(wanted) == len(named), "duplicate_file", "the manifest names a file twice")
    sizes = {file.name: file.size_bytes for file in listed if file.name not in UNSIGNED_FILES}
    missing, extra = sorted(wanted.keys() - sizes.keys()), sorted(sizes.keys() - wanted.keys())
    require(
        not missing,
        "file_missing",
        f"missing: {counted(len(missing), 'file')}, such as {missing[:1]}",
    )
    require(not extra, "file_extra", f"not in the manifest: {counted(len(extra), 'file')}")
    for name, size in sizes.items():
        require(size == wanted[name], "file_size", f"{name} has another size than was signed")


def check_signature(findings: Findings) -> str:
    """(2) The manifest's exact bytes are signed by the key in the package.

    With a pinned key, by that key. Without one this proves only that whoever holds the
    key in the package signed: compare its id with one from another source.
    """
    key_bytes = read_whole(findings.package, KEY_FILE, limit_bytes=MAX_KEY_BYTES)
    value = canonical_json(key_bytes, what="the signing key")
    key_file = validated(lambda: SigningKeyFile.model_validate(value), what="the signing key")
    key = from_base64url(key_file.public_key, what="the signing key")
    require(len(key) == KEY_BYTES, "malformed", "an Ed25519 key has 32 bytes")
    own_id = key_id_of(key)
    same = own_id == key_file.key_id == findings.manifest.signing_key_id
    require(same, "key_id", "the manifest names another signing key")
    if findings.pinned_key is not None:
        pinned = findings.pinned_key == key
        require(pinned, "unexpected_key", "the package is signed with another key than expected")
    _verify(key, findings)
    findings.signing_key = key
    trust = "the expected key" if findings.pinned_key else "the key in the package (not pinned)"
    return f"{trust}, {own_id}"


def _verify(key: bytes, findings: Findings) -> None:
    text = read_whole(findings.package, SIGNATURE_FILE, limit_bytes=MAX_KEY_BYTES)
    try:
        signature = from_base64url(text.decode("ascii"), what="the manifest's signature")
        Ed25519PublicKey.from_public_bytes(key).verify(signature, findings.manifest_bytes)
    except (InvalidSignature, ValueError):
        fail("signature", "the signature over the manifest does not hold")


def check_files(findings: Findings) -> str:
    """(3) Every file has the size and the SHA-256 that was signed.

    Does not prove that the content makes sense: the steps that follow do.
    """
    total = sum(_check_file(findings, file) for file in findings.manifest.files())
    return f"{total} bytes"


def _check_file(findings: Findings, file: NamedFile) -> int:
    size, sha256 = measure(findings.package, file.file)
    require(size == file.bytes, "file_size", f"{file.file} has another size than was signed")
    require(sha256 == file.sha256, "file_hash", f"{file.file} was changed after sealing")
    return size


def key_file_of(public_key: bytes) -> SigningKeyFile:
    """The content of ``signing_key.json`` for a key."""
    return SigningKeyFile(key_id=key_id_of(public_key), public_key=base64url(public_key))
