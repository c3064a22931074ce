from __future__ import annotations

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuanglu.evidence.check import CheckFailedError
from shuanglu.evidence.cose import ES256, RS256, cose_public_key
from tests.evidence.authenticator import Authenticator

EC = Authenticator()
RSA = Authenticator(algorithm=RS256)


def test_both_kinds_of_keys_are_read() -> None:
    for holder in (EC, RSA):
        key = cose_public_key(holder.cose_key, algorithm=holder.algorithm)
        assert key.public_numbers() == holder.key.public_key().public_numbers()


@pytest.mark.parametrize(
    ("key", "algorithm"), [(EC.cose_key, RS256), (RSA.cose_key, ES256)], ids=["ec", "rsa"]
)
def test_a_key_of_another_algorithm_is_refused(key: bytes, algorithm: int) -> None:
    with pytest.raises(CheckFailedError) as refused:
        cose_public_key(key, algorithm=algorithm)
    assert refused.value.reason == "key_algorithm"


@pytest.mark.parametrize(
    "change",
    [{-1: 2}, {-2: bytes(31)}, {-2: bytes(32)}, {1: 3}, {-3: None}, {3: -8}],
    ids=["curve", "short", "off-curve", "type", "missing", "eddsa"],
)
def test_a_key_that_is_not_a_p256_key_is_refused(change: dict[int, object]) -> None:
    fields = {**cbor2.loads(EC.cose_key), **change}
    with pytest.raises(CheckFailedError):
        cose_public_key(cbor2.dumps(fields), algorithm=ES256)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        EC.cose_key + b"\0",
        EC.cose_key[:-1],
        cbor2.dumps([1, 2]),
        cbor2.dumps({n: n for n in range(20)}),
        b"\xa2\x01\x02\x01\x02",
        b"\xbf\x01\x02\xff",
        cbor2.dumps({1: "text"}),
    ],
    ids=["nothing", "more", "cut", "list", "many", "twice", "endless", "text"],
)
def test_what_is_no_cose_key_is_refused(data: bytes) -> None:
    with pytest.raises(CheckFailedError):
        cose_public_key(data, algorithm=ES256)


@given(st.binary(max_size=120))
def test_any_bytes_end_in_a_refusal_and_nothing_else(data: bytes) -> None:
    with pytest.raises(CheckFailedError):
        cose_public_key(data, algorithm=ES256)
