from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shuanglu.evidence.cose import RS256
from shuanglu.evidence.report import StepStatus
from shuanglu.evidence.verification import STEPS
from shuanglu.timeline import events as ev
from tests.evidence.authenticator import Authenticator, DeviceKeyHolder
from tests.evidence.packing import Sealed, first_failure, verified, zip_of
from tests.evidence.performance import Customer, Performance, demo_script


@pytest.mark.parametrize(
    "customer",
    [Authenticator(), Authenticator(algorithm=RS256), DeviceKeyHolder()],
    ids=["es256", "rs256", "device-key"],
)
def test_an_honest_package_passes_every_step(customer: Customer) -> None:
    sealed = Sealed.of(Performance(customer=customer).whole())
    report = verified(sealed.files(), pinned_key=sealed.public_key)
    assert report.passed, report.first_failure
    assert [step.number for step in report.steps] == list(range(1, 14))
    assert report.key_pinned


RECORDS = sorted((Path(__file__).parent / "records").glob("*.zip"))


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_a_record_of_an_earlier_version_verifies_for_ever(record: Path) -> None:
    report = verified(record.read_bytes())
    assert report.passed, report.first_failure


def test_the_package_is_the_same_bytes_every_time(sealed: Sealed) -> None:
    assert zip_of(sealed.files()) == zip_of(sealed.files())


def test_the_report_says_what_the_manifest_claims(sealed: Sealed) -> None:
    record = verified(sealed.files()).record
    assert record is not None
    assert record.manifest_sha256 == sealed.manifest().sha256
    assert record.outcome is ev.Outcome.COMPLETE


def test_another_key_than_the_pinned_one_is_found(sealed: Sealed) -> None:
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert first_failure(sealed.files(), pinned_key=other) == (2, "unexpected_key")


def test_an_incomplete_record_verifies_as_incomplete() -> None:
    performance = Performance()
    performance.join()
    performance.record()
    performance.step(performance.script.steps[0])
    performance.finish()
    report = verified(Sealed.of(performance).files())
    assert report.passed, report.first_failure
    assert report.record is not None
    assert report.record.outcome is ev.Outcome.INCOMPLETE


def test_a_session_that_was_never_recorded_verifies() -> None:
    performance = Performance()
    performance.join()
    performance.tell(
        ev.VerdictGiven(
            outcome=ev.Outcome.INCOMPLETE,
            missing=tuple(
                ev.Missing(step_id=step.id, reason="not_completed")
                for step in performance.script.steps
            ),
            recorded_ms=0,
            gap_ms=0,
        )
    )
    assert first_failure(Sealed.of(performance).files()) == (0, "")


def test_a_weaker_key_than_the_script_demands_is_found() -> None:
    script = demo_script(minimum_assurance="webauthn_user_verified")
    performance = Performance(script=script, customer=DeviceKeyHolder()).whole()
    assert first_failure(Sealed.of(performance).files()) == (9, "assurance")


def test_what_depends_on_a_failed_step_is_not_evaluated(sealed: Sealed) -> None:
    files = sealed.files()
    files["timeline.jsonl"] = files["timeline.jsonl"].replace(b'"seq":3', b'"seq":9', 1)
    report = verified(files)
    by_number = {step.number: step for step in report.steps}
    assert by_number[3].status is StepStatus.FAILED
    assert by_number[4].status is StepStatus.FAILED
    waiting = {n for n, step in by_number.items() if step.status is StepStatus.NOT_EVALUATED}
    assert waiting == {5, 6, 7, 8, 9, 10, 11, 12, 13}
    assert not report.passed


def test_every_step_needs_only_earlier_ones() -> None:
    for step in STEPS:
        assert all(need < step.number for need in step.needs)
