"""``shuanglu verify``: the numbered steps over a package, offline, for anybody.

Stage: a thin face of ``shuanglu.evidence.verification``. It needs neither the server nor
a network, and writes nothing.
"""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from shuanglu.evidence.package import ZipPackage
from shuanglu.evidence.report import Report, StepResult, StepStatus
from shuanglu.evidence.verification import verify

EXIT_VALID = 0
EXIT_NOT_VALID = 1
EXIT_UNUSABLE = 2
"""The package could not be opened, or the call is wrong."""

KEY_BYTES = 32
_MAX_KEY_FILE_BYTES = 4096
_STYLE = {
    StepStatus.PASSED: ("passed", "green"),
    StepStatus.FAILED: ("FAILED", "bold red"),
    StepStatus.NOT_EVALUATED: ("not evaluated", "yellow"),
}


def verify_command(
    package: Annotated[Path, typer.Argument(help="The evidence package (zip).")],
    key: Annotated[
        str | None,
        typer.Option(help="The signing key that you expect: base64url, or a file that holds it."),
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,  # noqa: FBT002 - typer reads it
) -> None:
    """Verify an evidence package offline. Exit code 0: valid, 1: not valid, 2: unusable."""
    pinned = _pinned_key(key) if key is not None else None
    try:
        with package.open("rb") as file:
            report = verify(ZipPackage(file), pinned_key=pinned)
    except OSError:
        raise _unusable(f"cannot open {package}") from None
    if json_output:
        typer.echo(report.model_dump_json(indent=2))
    else:
        _print(report)
    raise typer.Exit(EXIT_VALID if report.passed else EXIT_NOT_VALID)


def _unusable(reason: str) -> typer.Exit:
    Console(stderr=True).print(Text(reason, style="bold red"))
    return typer.Exit(EXIT_UNUSABLE)


def _pinned_key(given: str) -> bytes:
    path = Path(given)
    try:
        if path.is_file():
            with path.open("rb") as file:
                given = file.read(_MAX_KEY_FILE_BYTES).decode("ascii")
        text = given.strip().rstrip("=")
        padded = text + "=" * (-len(text) % 4)
        key = base64.b64decode(padded, altchars=b"-_", validate=True)
    except (OSError, ValueError, binascii.Error):
        key = b""
    if len(key) != KEY_BYTES:
        raise _unusable("--key is no Ed25519 public key in base64url, and no file with one")
    return key


def _print(report: Report) -> None:
    console = Console()
    console.print(_table(report))
    record = report.record
    if record is not None:
        console.print(
            f"record {record.record_number}, {record.institution}, sealed {record.sealed_at:%F %T}"
            f" UTC, outcome {record.outcome.value}",
            markup=False,
        )
        console.print(f"manifest {record.manifest_sha256}", markup=False, soft_wrap=True)
    console.print(_conclusion(report))


def _table(report: Report) -> Table:
    table = Table(title="Shuanglu evidence package", title_justify="left")
    for name in ("#", "step", "result", "detail"):
        table.add_column(name, overflow="fold")
    for step in report.steps:
        word, style = _STYLE[step.status]
        table.add_row(str(step.number), step.title, Text(word, style=style), _detail(step))
    return table


def _detail(step: StepResult) -> Text:
    if step.status is StepStatus.FAILED:
        return Text(f"{step.detail} [{step.reason}]")
    return Text(step.detail)


def _conclusion(report: Report) -> Text:
    failed = report.first_failure
    if failed is not None:
        words = f"NOT VALID: step {failed.number} failed first ({failed.title}): {failed.detail}"
        return Text(words, style="bold red")
    if not report.passed:
        return Text("NOT VALID: a step could not be evaluated", style="bold red")
    if not report.key_pinned:
        hint = "VALID, signed by the key in the package; give --key to say whose key that must be"
        return Text(hint, style="green")
    return Text("VALID, signed by the expected key", style="bold green")
