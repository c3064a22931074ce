"""Changed confirmations and verdicts, signed again by the server's key."""

from __future__ import annotations

import pytest

from shuanglu.errors import ConflictError
from shuanglu.evidence.assertion import base64url
from shuanglu.timeline import events as ev
from tests.evidence.authenticator import Authenticator
from tests.evidence.forging import (
    PERFORMED,
    changed_payload,
    index_of,
    statement_of,
    without,
)
from tests.evidence.packing import Sealed, draft_of, first_failure
from tests.evidence.performance import Performance


def test_a_signature_by_another_key_is_found() -> None:
    sealed = Sealed.of(PERFORMED)
    statement = statement_of(sealed)
    other = Authenticator(credential_id=bytes(16))
    answer = other.get({"challenge": base64url(bytes.fromhex(statement.sha256))})["response"]
    forged = changed_payload(sealed, ev.ConfirmationSigned, signature=answer["signature"])
    assert first_failure(forged.files()) == (9, "signature")


def signed_with(**settings_: object) -> Sealed:
    """The customer's own key, but an authenticator that was lied to."""
    performance = Performance()
    assert isinstance(performance.customer, Authenticator)
    for name, value in settings_.items():
        setattr(performance.customer, name, value)
    return Sealed.of(performance.whole())


@pytest.mark.parametrize(
    ("settings_", "reason"),
    [
        ({"origin": "https://elsewhere.example"}, "origin"),
        ({"rp_id": "elsewhere.example"}, "relying_party"),
        ({"flags": 0x01}, "user_verification"),
        ({"flags": 0x04}, "user_presence"),
    ],
)
def test_an_assertion_for_another_place_or_without_a_person_is_found(
    settings_: dict[str, object], reason: str
) -> None:
    assert first_failure(signed_with(**settings_).files()) == (9, reason)


@pytest.mark.parametrize(
    ("update", "reason"),
    [
        ({"client_data_json": base64url(b"[]")}, "malformed"),
        ({"client_data_json": base64url(b'{"type":"webauthn.create"}')}, "assertion_type"),
        ({"client_data_json": "not base64url!"}, "malformed"),
        ({"authenticator_data": base64url(b"short")}, "malformed"),
        ({"authenticator_data": None}, "malformed"),
        ({"signature": base64url(b"\x30\x00")}, "signature"),
        ({"credential_id": "AAAA"}, "foreign_credential"),
        ({"statement_sha256": "00" * 32}, None),
    ],
)
def test_a_damaged_confirmation_is_found(update: dict[str, object], reason: str | None) -> None:
    forged = changed_payload(Sealed.of(PERFORMED), ev.ConfirmationSigned, **update)
    expected = (9, reason) if reason else (8, "statement_missing")
    assert first_failure(forged.files()) == expected


def test_a_confirmation_left_out_cannot_stay_complete() -> None:
    sealed = Sealed.of(PERFORMED)
    place = index_of(sealed, ev.ConfirmationSigned)
    forged = sealed.with_events(without(place))
    assert first_failure(forged.files()) == (10, "verdict")


@pytest.mark.parametrize(
    "update",
    [
        {"outcome": ev.Outcome.NEEDS_REVIEW},
        {"recorded_ms": 99_999},
        {"gap_ms": 0},
        {"missing": (ev.Missing(step_id="risk", reason="not_completed"),)},
    ],
)
def test_another_verdict_than_the_rules_give_is_found(update: dict[str, object]) -> None:
    forged = changed_payload(Sealed.of(PERFORMED), ev.VerdictGiven, **update)
    assert first_failure(forged.files()) == (10, "verdict")


def test_a_manifest_with_another_verdict_or_model_is_found() -> None:
    sealed = Sealed.of(PERFORMED)
    files = sealed.files()
    manifest = sealed.manifest()
    verdict = manifest.verdict.model_copy(update={"recorded_ms": 1})
    other = sealed.signed(files, manifest.model_copy(update={"verdict": verdict}))
    assert first_failure(other) == (10, "verdict")
    without = sealed.signed(files, manifest.model_copy(update={"models": ()}))
    assert first_failure(without) == (10, "models")


def test_an_event_appended_after_the_verdict_is_found() -> None:
    sealed = Sealed.of(PERFORMED)
    note = draft_of(sealed.events[1])
    forged = sealed.with_events(lambda drafts: drafts.append(note))
    assert forged.events[-1].payload == note.payload
    with pytest.raises(ConflictError, match="not closed"):
        forged.files()
