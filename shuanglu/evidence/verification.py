"""The numbered verification of a package: offline, by anybody, without trusting the server.

Stage: the end of the evidence chain; the server also runs it on every package before it
seals. A step that could not run because an earlier one failed is "not evaluated",
never "passed". What no step proves stands in each step's own docstring.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shuanglu.errors import ShuangluError
from shuanglu.evidence.check import CheckFailedError
from shuanglu.evidence.checks.confirmation import (
    check_objects,
    check_signatures,
    check_statements,
)
from shuanglu.evidence.checks.media import check_gaps, check_media
from shuanglu.evidence.checks.package import check_files, check_package, check_signature
from shuanglu.evidence.checks.screen import check_screen
from shuanglu.evidence.checks.timeline import (
    check_chain,
    check_script,
    check_times,
    check_verdict,
)
from shuanglu.evidence.findings import Findings
from shuanglu.evidence.package import PackageReader
from shuanglu.evidence.report import RecordSummary, Report, StepResult, StepStatus


@dataclass(frozen=True, slots=True)
class VerificationStep:
    """One numbered step; ``needs`` are the steps that it builds on."""

    number: int
    title: str
    check: Callable[[Findings], str]
    needs: tuple[int, ...] = ()


STEPS: tuple[VerificationStep, ...] = (
    VerificationStep(1, "package: exactly the files that the manifest names", check_package),
    VerificationStep(2, "manifest: signed by the server's key", check_signature, (1,)),
    VerificationStep(3, "files: size and hash as signed", check_files, (1,)),
    VerificationStep(4, "timeline: the chain holds", check_chain, (1,)),
    VerificationStep(5, "script: the version of the session", check_script, (4,)),
    VerificationStep(6, "media: every byte is in the chain", check_media, (4,)),
    VerificationStep(7, "objects: strokes, documents, prompts", check_objects, (5,)),
    VerificationStep(8, "statement: follows from the timeline", check_statements, (7,)),
    VerificationStep(9, "confirmation: the customer's signature", check_signatures, (8,)),
    VerificationStep(10, "verdict: follows from the timeline", check_verdict, (5,)),
    VerificationStep(11, "gaps: all of them are told", check_gaps, (6,)),
    VerificationStep(12, "times: none steps back", check_times, (4,)),
    VerificationStep(13, "screen: every piece fits, every break is told", check_screen, (7,)),
)
"""In order. The first that fails is the reason that is given."""


def verify(package: PackageReader, *, pinned_key: bytes | None = None) -> Report:
    """Run every step. ``pinned_key`` is the raw Ed25519 key that must have signed."""
    findings = Findings(package, pinned_key)
    results: dict[int, StepResult] = {}
    for step in STEPS:
        results[step.number] = _run(step, findings, results)
    return Report(
        steps=tuple(results.values()),
        key_pinned=pinned_key is not None,
        record=_summary(findings),
    )


def _run(step: VerificationStep, findings: Findings, before: dict[int, StepResult]) -> StepResult:
    waiting = [n for n in step.needs if before[n].status is not StepStatus.PASSED]
    if waiting:
        detail = f"step {waiting[0]} did not pass"
        return _result(step, StepStatus.NOT_EVALUATED, "needs_earlier_step", detail)
    try:
        return _result(step, StepStatus.PASSED, None, step.check(findings))
    except CheckFailedError as error:
        return _result(step, StepStatus.FAILED, error.reason, error.detail)
    except ShuangluError as error:
        return _result(step, StepStatus.FAILED, error.code, error.detail)


def _result(
    step: VerificationStep, status: StepStatus, reason: str | None, detail: str
) -> StepResult:
    return StepResult(
        number=step.number, title=step.title, status=status, reason=reason, detail=detail
    )


def _summary(findings: Findings) -> RecordSummary | None:
    manifest = findings.found_manifest
    if manifest is None:
        return None
    return RecordSummary(
        record_number=manifest.record_number,
        institution=manifest.institution,
        sealed_at=manifest.sealed_at,
        outcome=manifest.verdict.outcome,
        recorded_ms=manifest.verdict.recorded_ms,
        manifest_sha256=manifest.sha256,
        signing_key_id=manifest.signing_key_id,
    )
