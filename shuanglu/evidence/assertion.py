"""The customer's signature over a statement, checked with ``cryptography`` alone.

Stage: used by the server before a confirmation is appended, and by the verifier for
ever after. Sources: WebAuthn Level 2, 6.1 and 7.2; RFC 8812. It does not prove who held
the device, only that this authenticator verified its user and signed this challenge.
The signature counter is compared by the server at the time, not here.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from shuanglu.evidence.check import fail, require
from shuanglu.evidence.cose import CosePublicKey, cose_public_key
from shuanglu.timeline.events import Assurance, ConfirmationSigned, CredentialRegistered

MAX_CLIENT_DATA_BYTES = 8192
_USER_PRESENT, _USER_VERIFIED = 0x01, 0x04
_MIN_AUTHENTICATOR_DATA_BYTES = 37
_P256_SIGNATURE_BYTES = 64
_STRENGTH = {Assurance.WEBAUTHN_USER_VERIFIED: 2, Assurance.DEVICE_KEY_AND_CODE: 1}


def suffices(got: Assurance, minimum: Assurance) -> bool:
    """Whether an assurance is at least as strong as the script demands."""
    return _STRENGTH[got] >= _STRENGTH[minimum]


def base64url(data: bytes) -> str:
    """Base64url without padding (RFC 4648 5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str, *, what: str) -> bytes:
    """The bytes; only the one canonical spelling counts."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        fail("malformed", f"{what} is not base64url")
    require(base64url(data) == text, "malformed", f"{what} is not base64url in canonical form")
    return data


@dataclass(frozen=True, slots=True)
class Assertion:
    """What an authenticator gave back (WebAuthn ``AuthenticatorAssertionResponse``)."""

    authenticator_data: bytes
    client_data_json: bytes
    signature: bytes


def check_signed(signed: ConfirmationSigned, key: CredentialRegistered, statement: bytes) -> None:
    """Hold a confirmation to its credential and statement; raises ``CheckFailedError``."""
    same = (signed.credential_id, signed.assurance) == (key.credential_id, key.assurance)
    require(same, "foreign_credential", "the confirmation names another credential")
    signature = from_base64url(signed.signature, what="the signature")
    if signed.assurance is Assurance.DEVICE_KEY_AND_CODE:
        plain = signed.authenticator_data is None and signed.client_data_json is None
        require(plain, "malformed", "a device key signs no authenticator data")
        require(signed.one_time_code_channel is not None, "code_missing", "no code was checked")
        check_device_signature(key, statement, signature)
        return
    assertion = Assertion(
        from_base64url(signed.authenticator_data or "", what="the authenticator data"),
        from_base64url(signed.client_data_json or "", what="the client data"),
        signature,
    )
    check_assertion(key, statement, assertion)


def check_assertion(key: CredentialRegistered, statement: bytes, assertion: Assertion) -> None:
    """WebAuthn Level 2, 7.2, steps 11 to 20, for a challenge that is the statement's hash."""
    _check_client_data(key, statement, assertion.client_data_json)
    _check_authenticator_data(key, assertion.authenticator_data)
    public_key = cose_public_key(
        from_base64url(key.public_key, what="the public key"), algorithm=key.algorithm
    )
    signed = assertion.authenticator_data + hashlib.sha256(assertion.client_data_json).digest()
    _check_signature(public_key, assertion.signature, signed)


def _check_client_data(key: CredentialRegistered, statement: bytes, data: bytes) -> None:
    client = _client_data(data)
    require(client.get("type") == "webauthn.get", "assertion_type", "that is not an assertion")
    challenge = base64url(hashlib.sha256(statement).digest())
    fits = client.get("challenge") == challenge
    require(fits, "challenge", "the signature is over another statement")
    require(client.get("origin") == key.origin, "origin", "the signature was made on another site")
    embedded = client.get("crossOrigin", False) is not False or "topOrigin" in client
    require(not embedded, "origin", "the signature was made inside another site's page")


def _client_data(data: bytes) -> dict[str, Any]:
    require(len(data) <= MAX_CLIENT_DATA_BYTES, "malformed", "the client data is too large")
    try:
        value = json.loads(data.decode())
    except (ValueError, RecursionError):
        fail("malformed", "the client data is not JSON")
    if not isinstance(value, dict):
        fail("malformed", "the client data is not an object")
    return value


def _check_authenticator_data(key: CredentialRegistered, data: bytes) -> None:
    long_enough = len(data) >= _MIN_AUTHENTICATOR_DATA_BYTES
    require(long_enough, "malformed", "the authenticator data is cut")
    same = data[:32] == hashlib.sha256(key.rp_id.encode()).digest()
    require(same, "relying_party", "the signature was made for another relying party")
    flags = data[32]
    require(bool(flags & _USER_PRESENT), "user_presence", "nobody was present")
    require(bool(flags & _USER_VERIFIED), "user_verification", "the user was not verified")


def _check_signature(key: CosePublicKey, signature: bytes, signed: bytes) -> None:
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, signed, ec.ECDSA(SHA256()))
        else:
            key.verify(signature, signed, padding.PKCS1v15(), SHA256())
    except InvalidSignature:
        fail("signature", "the customer's signature does not hold")


def check_device_signature(key: CredentialRegistered, statement: bytes, signature: bytes) -> None:
    """ECDSA P-256 with SHA-256 over the statement's bytes, as WebCrypto writes it (r ‖ s)."""
    public_key = device_public_key(from_base64url(key.public_key, what="the public key"))
    fits = len(signature) == _P256_SIGNATURE_BYTES
    require(fits, "malformed", "a P-256 signature has 64 bytes")
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    _check_signature(public_key, encode_dss_signature(r, s), statement)


def device_public_key(spki: bytes) -> ec.EllipticCurvePublicKey:
    """A P-256 key from its SubjectPublicKeyInfo (RFC 5480); raises ``CheckFailedError``."""
    try:
        key = load_der_public_key(spki)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        fail("key_damaged", "the public key is not one")
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        fail("key_algorithm", "the device key is not on P-256")
    return key


def device_credential_id(spki: bytes) -> str:
    """A device key has no identifier of its own: the hash of its SPKI names it."""
    return base64url(hashlib.sha256(spki).digest())
