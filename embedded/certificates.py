"""The local certificate authority that lets phones reach this machine by HTTPS.

Made once, kept in the data folder. Trusting it is the phone owner's choice; nothing
here is used outside embedded mode.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

CA_DAYS = 3650
SERVER_DAYS = 397
"""Apple refuses server certificates valid for more than 398 days."""
_RENEW_BEFORE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class LocalCertificates:
    """Paths of the authority's certificate and of the server's chain and key."""

    ca_certificate: Path
    chain: Path
    key: Path

    def ssl_context(self) -> ssl.SSLContext:
        """A server context with this certificate."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.chain, self.key)
        return context


def local_certificates(folder: Path, names: tuple[str, ...]) -> LocalCertificates:
    """The authority (made on the first start) and a server certificate for ``names``."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    files = LocalCertificates(folder / "ca.crt", folder / "server.crt", folder / "server.key")
    wanted = "\n".join(names)
    marker = folder / "server.names"
    fresh = marker.exists() and marker.read_text() == wanted and _is_fresh(marker)
    if not fresh:
        _issue(_authority(folder, files.ca_certificate), files, names)
        marker.write_text(wanted)
    return files


def _is_fresh(marker: Path) -> bool:
    age = datetime.now(UTC) - datetime.fromtimestamp(marker.stat().st_mtime, UTC)
    return age < timedelta(days=SERVER_DAYS) - _RENEW_BEFORE


def _authority(folder: Path, certificate: Path) -> trustme.CA:
    key = folder / "ca.key"
    if certificate.exists() and key.exists():
        return trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())
    private_key = ec.generate_private_key(ec.SECP256R1())
    _write_private(
        key,
        private_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        ),
    )
    certificate.write_bytes(_self_signed(private_key).public_bytes(serialization.Encoding.PEM))
    return trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """An authority with both validity bounds set: trustme's own runs to the year 3000."""
    now = datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Shuanglu local authority")])
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    subject_key = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=CA_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(subject_key, critical=False)
        .sign(key, hashes.SHA256())
    )


def _issue(authority: trustme.CA, files: LocalCertificates, names: tuple[str, ...]) -> None:
    now = datetime.now(UTC)
    issued = authority.issue_cert(
        *names,
        not_before=now - timedelta(days=1),
        not_after=now + timedelta(days=SERVER_DAYS - 1),
    )
    _write_private(files.key, issued.private_key_pem.bytes())
    files.chain.write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))


def _write_private(path: Path, data: bytes) -> None:
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_bytes(data)
