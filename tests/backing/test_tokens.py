"""Tokens: what holds is told, what does not hold is refused without a reason."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backing.tokens import Role, TokenKey
from shuanglu.clock import ManualClock
from shuanglu.errors import InvalidInputError, NotAllowedError, NotAuthenticatedError

START = datetime(2026, 11, 23, 8, 0, 0, tzinfo=UTC)
SECRET = bytes(range(32))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def key(clock: ManualClock) -> TokenKey:
    return TokenKey(SECRET, clock=clock)


def issue(key: TokenKey) -> str:
    return key.issue("ses_A", Role.CUSTOMER, "ses_A", 60, "customer", page="c")


def test_says_what_was_issued(key: TokenKey) -> None:
    claims = key.verify(issue(key), role=Role.CUSTOMER, audience="customer")
    assert (claims.subject, claims.session_id, claims.role) == ("ses_A", "ses_A", Role.CUSTOMER)
    assert (claims.issued_at, claims.expires_at) == (START, START + timedelta(seconds=60))
    assert (claims.audience, claims.extra) == ("customer", {"page": "c"})
    assert len(claims.token_id) >= 16


def test_staff_tokens_have_no_session(key: TokenKey) -> None:
    token = key.issue("stf_A", Role.STAFF, None, 60, "staff")
    assert key.verify(token, role=Role.STAFF, audience="staff").session_id is None


def test_every_token_has_an_identifier_of_its_own(key: TokenKey) -> None:
    ids = {
        key.verify(issue(key), role=Role.CUSTOMER, audience="customer").token_id for _ in range(20)
    }
    assert len(ids) == 20


def test_it_expires_on_the_millisecond(key: TokenKey, clock: ManualClock) -> None:
    token = issue(key)
    clock.advance(ms=59_999)
    key.verify(token, role=Role.CUSTOMER, audience="customer")
    clock.advance(ms=1)
    with pytest.raises(NotAuthenticatedError):
        key.verify(token, role=Role.CUSTOMER, audience="customer")


def test_a_clock_a_little_behind_is_forgiven_and_no_more(clock: ManualClock) -> None:
    ahead = ManualClock(START + timedelta(seconds=5))
    key = TokenKey(SECRET, clock=clock)
    key.verify(issue(TokenKey(SECRET, clock=ahead)), role=Role.CUSTOMER, audience="customer")
    ahead.advance(ms=1)
    with pytest.raises(NotAuthenticatedError):
        key.verify(issue(TokenKey(SECRET, clock=ahead)), role=Role.CUSTOMER, audience="customer")


@pytest.mark.parametrize(
    ("role", "audience"),
    [(Role.STAFF, "customer"), (Role.CUSTOMER, "staff"), (Role.STAFF, "staff")],
)
def test_role_and_audience_must_fit(key: TokenKey, role: Role, audience: str) -> None:
    with pytest.raises(NotAuthenticatedError):
        key.verify(issue(key), role=role, audience=audience)


def test_the_refusal_tells_nothing(key: TokenKey, clock: ManualClock) -> None:
    expired = issue(key)
    clock.advance(ms=61_000)
    sentences = set()
    for token in (expired, "garbage", issue(TokenKey(bytes(32), clock=clock))):
        with pytest.raises(NotAuthenticatedError) as refusal:
            key.verify(token, role=Role.CUSTOMER, audience="customer")
        sentences.add((refusal.value.detail, refusal.value.field))
    assert sentences == {("the token is not valid", None)}


@pytest.mark.parametrize(
    "change",
    [
        {"role": "admin"},
        {"role": 1},
        {"aud": ["customer", "staff"]},
        {"aud": ["customer"]},
        {"sub": 7},
        {"jti": 7},
        {"exp": "tomorrow"},
        {"exp": float("inf")},
        {"exp": 1e300},
        {"iat": None},
        {"session_id": 7},
        {"nbf": 0},
        {"iss": "somebody"},
    ],
)
def test_a_signed_token_of_another_form_is_refused(
    key: TokenKey, change: dict[str, object]
) -> None:
    """As if the secret had signed something that this code never makes."""
    claims = {
        "iss": "shuanglu",
        "sub": "ses_A",
        "role": "customer",
        "aud": "customer",
        "jti": "x",
        "iat": START.timestamp(),
        "exp": START.timestamp() + 60,
    }
    whole = jwt.encode(claims, SECRET, algorithm="HS256")
    key.verify(whole, role=Role.CUSTOMER, audience="customer")
    token = jwt.encode(claims | change, SECRET, algorithm="HS256")
    with pytest.raises(NotAuthenticatedError):
        key.verify(token, role=Role.CUSTOMER, audience="customer")


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_the_algorithm_is_pinned(clock: ManualClock, algorithm: str) -> None:
    long_secret = bytes(64)
    key = TokenKey(long_secret, clock=clock)
    payload = jwt.decode(issue(key), options={"verify_signature": False})
    token = jwt.encode(payload, long_secret, algorithm=algorithm)
    with pytest.raises(NotAuthenticatedError):
        key.verify(token, role=Role.CUSTOMER, audience="customer")


@given(position=st.integers(0, 10_000), letter=st.sampled_from("AZaz09-_."))
def test_any_changed_letter_is_refused(position: int, letter: str) -> None:
    key = TokenKey(SECRET, clock=ManualClock(START))
    token = issue(key)
    place = position % len(token)
    changed = token[:place] + letter + token[place + 1 :]
    # The last letter of a base64url part carries bits that no byte has; they may differ.
    ends = {index - 1 for index, found in enumerate(token + ".") if found == "."}
    if changed == token or place in ends:
        return
    with pytest.raises(NotAuthenticatedError):
        key.verify(changed, role=Role.CUSTOMER, audience="customer")


@given(st.text(max_size=200))
def test_no_text_is_a_token(text: str) -> None:
    key = TokenKey(SECRET, clock=ManualClock(START))
    with pytest.raises(NotAuthenticatedError):
        key.verify(text, role=Role.CUSTOMER, audience="customer")


@pytest.mark.parametrize("name", ["exp", "role", "aud", "iss", "jti", "sub", "iat", "session_id"])
def test_reserved_claims_cannot_be_set(key: TokenKey, name: str) -> None:
    with pytest.raises((InvalidInputError, TypeError)):
        key.issue("ses_A", Role.CUSTOMER, None, 60, "customer", **{name: "x"})


def test_a_short_secret_is_refused(clock: ManualClock) -> None:
    with pytest.raises(InvalidInputError):
        TokenKey(secrets.token_bytes(31), clock=clock)
    TokenKey(secrets.token_bytes(32), clock=clock)


def test_the_secret_is_made_once_and_kept_private(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "token.key"
    first = TokenKey.load_or_create(path, clock=clock)
    second = TokenKey.load_or_create(path, clock=clock)
    second.verify(issue(first), role=Role.CUSTOMER, audience="customer")
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(path.read_bytes()) == 32
    path.chmod(0o644)
    with pytest.raises(NotAllowedError):
        TokenKey.load_or_create(path, clock=clock)
