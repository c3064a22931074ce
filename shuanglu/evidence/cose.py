"""Public keys as WebAuthn stores them: COSE_Key (RFC 9052 7) in CBOR (RFC 8949).

Stage: under the check of an assertion, with ``cryptography`` alone, so that an
outsider needs nothing of ours to check it. Two algorithms are known: ES256 on P-256
and RS256 (RFC 8812); anything else is refused, never guessed at.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from shuanglu.evidence.check import fail, require

ES256 = -7
RS256 = -257

_KEY_TYPE, _ALGORITHM = 1, 3
_EC2, _RSA = 2, 3
_P256 = 1
_COORDINATE_BYTES = 32
_MIN_RSA_BITS, _MAX_RSA_BITS = 2048, 8192
_MAX_PAIRS = 16

CosePublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


def cose_public_key(data: bytes, *, algorithm: int) -> CosePublicKey:
    """The key in ``data``, which must be of ``algorithm``; raises ``CheckFailedError``."""
    fields = _read_map(data)
    require(fields.get(_ALGORITHM) == algorithm, "key_algorithm", "the key is of another algorithm")
    try:
        if algorithm == ES256 and fields.get(_KEY_TYPE) == _EC2 and fields.get(-1) == _P256:
            return _p256(fields)
        if algorithm == RS256 and fields.get(_KEY_TYPE) == _RSA:
            return _rsa(fields)
    except ValueError:
        fail("key_damaged", "the public key is not one")
    return fail("key_algorithm", "the key is neither ES256 on P-256 nor RS256")


def _p256(fields: dict[int, int | bytes]) -> ec.EllipticCurvePublicKey:
    x, y = _bytes_at(fields, -2), _bytes_at(fields, -3)
    if len(x) != _COORDINATE_BYTES or len(y) != _COORDINATE_BYTES:
        raise ValueError("a coordinate has another length")
    curve = ec.SECP256R1()
    # public_key() refuses a point that is not on the curve.
    return ec.EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), curve).public_key()


def _rsa(fields: dict[int, int | bytes]) -> rsa.RSAPublicKey:
    modulus = int.from_bytes(_bytes_at(fields, -1))
    exponent = int.from_bytes(_bytes_at(fields, -2))
    if not _MIN_RSA_BITS <= modulus.bit_length() <= _MAX_RSA_BITS:
        raise ValueError("the modulus is too short or too long")
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


def _bytes_at(fields: dict[int, int | bytes], label: int) -> bytes:
    value = fields.get(label)
    if not isinstance(value, bytes):
        raise ValueError("a field is missing")  # noqa: TRY004 - bad data, not a bad call
    return value


def _read_map(data: bytes) -> dict[int, int | bytes]:
    """A CBOR map from integers to integers or byte strings, and nothing behind it."""
    count, position = _head(data, 0, major=5)
    require(count <= _MAX_PAIRS, "key_damaged", "the public key holds too much")
    fields: dict[int, int | bytes] = {}
    for _ in range(count):
        label, position = _item(data, position)
        value, position = _item(data, position)
        fresh = isinstance(label, int) and label not in fields
        require(fresh, "key_damaged", "the public key is not a COSE key")
        fields[int(label)] = value
    require(position == len(data), "key_damaged", "bytes follow the public key")
    return fields


def _item(data: bytes, position: int) -> tuple[int | bytes, int]:
    major = data[position] >> 5 if position < len(data) else -1
    number, behind = _head(data, position, major=major)
    match major:
        case 0:
            return number, behind
        case 1:
            return -1 - number, behind
        case 2:
            require(behind + number <= len(data), "key_damaged", "the public key is cut")
            return data[behind : behind + number], behind + number
    return fail("key_damaged", "the public key is not a COSE key")


def _head(data: bytes, position: int, *, major: int) -> tuple[int, int]:
    """The number in an item's head (RFC 8949 3) and the position behind it."""
    fits = position < len(data) and data[position] >> 5 == major
    require(fits, "key_damaged", "the public key is not a COSE key")
    short = data[position] & 0x1F
    if short < 24:  # noqa: PLR2004 - RFC 8949 3: the number itself
        return short, position + 1
    width = {24: 1, 25: 2, 26: 4}.get(short, 0)
    end = position + 1 + width
    require(width > 0 and end <= len(data), "key_damaged", "the public key is cut")
    return int.from_bytes(data[position + 1 : end]), end
