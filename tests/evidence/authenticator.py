"""Software authenticators with real keys: what a phone's hardware does, without the phone."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shuanglu.evidence.assertion import base64url
from shuanglu.evidence.cose import ES256, RS256

ORIGIN = "http://localhost:8080"
RP_ID = "localhost"
UP, UV, AT = 0x01, 0x04, 0x40

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def new_private_key(algorithm: int) -> PrivateKey:
    if algorithm == RS256:
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Authenticator:
    """One credential. Every field may be set to something that a forger would set it to."""

    algorithm: int = ES256
    rp_id: str = RP_ID
    origin: str = ORIGIN
    flags: int = UP | UV
    sign_count: int = 0
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    private_key: PrivateKey | None = None

    def __post_init__(self) -> None:
        self.key: PrivateKey = self.private_key or new_private_key(self.algorithm)

    @property
    def id(self) -> str:
        return base64url(self.credential_id)

    @property
    def cose_key(self) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            public = self.key.public_key().public_numbers()
            fields: dict[int, Any] = {1: 3, 3: RS256, -1: _big(public.n), -2: _big(public.e)}
        else:
            point = self.key.public_key().public_numbers()
            x, y = point.x.to_bytes(32), point.y.to_bytes(32)
            fields = {1: 2, 3: ES256, -1: 1, -2: x, -3: y}
        return cbor2.dumps(fields)

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """``navigator.credentials.create`` with attestation "none"."""
        client_data = self.client_data("webauthn.create", options["challenge"])
        attested = bytes(16) + len(self.credential_id).to_bytes(2) + self.credential_id
        auth_data = self.auth_data(AT) + attested + self.cose_key
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": auth_data})
        response = {
            "clientDataJSON": base64url(client_data),
            "attestationObject": base64url(attestation),
            "transports": ["internal"],
        }
        return self._credential(response)

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """``navigator.credentials.get``."""
        self.sign_count += 1
        client_data = self.client_data("webauthn.get", options["challenge"])
        auth_data = self.auth_data()
        response = {
            "clientDataJSON": base64url(client_data),
            "authenticatorData": base64url(auth_data),
            "signature": base64url(self.sign(auth_data, client_data)),
            "userHandle": None,
        }
        return self._credential(response)

    def client_data(self, kind: str, challenge: str) -> bytes:
        fields = {"type": kind, "challenge": challenge, "origin": self.origin}
        return json.dumps({**fields, "crossOrigin": False}).encode()

    def auth_data(self, more_flags: int = 0) -> bytes:
        rp_hash = hashlib.sha256(self.rp_id.encode()).digest()
        return rp_hash + bytes([self.flags | more_flags]) + self.sign_count.to_bytes(4)

    def sign(self, auth_data: bytes, client_data: bytes) -> bytes:
        signed = auth_data + hashlib.sha256(client_data).digest()
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(signed, padding.PKCS1v15(), SHA256())
        return self.key.sign(signed, ec.ECDSA(SHA256()))

    def _credential(self, response: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": self.id,
            "rawId": self.id,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
            "authenticatorAttachment": "platform",
        }


@dataclass
class DeviceKeyHolder:
    """A WebCrypto key: ECDSA P-256, signatures as r ‖ s."""

    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def spki(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, statement: bytes) -> bytes:
        r, s = decode_dss_signature(self.key.sign(statement, ec.ECDSA(SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)


def _big(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)
