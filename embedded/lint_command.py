"""``shuanglu lint``: what is wrong with a script's text, offline, with line and clause.

Stage: a thin face of ``shuanglu.script.lint``. It needs neither the server nor a network,
and writes and publishes nothing.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from shuanglu.script.lint import Finding, LintReport, lint

EXIT_CLEAN = 0
EXIT_ERRORS = 1
EXIT_UNUSABLE = 2
"""The file could not be read."""
MAX_SCRIPT_BYTES = 2 << 20


def lint_command(
    files: Annotated[list[Path], typer.Argument(help="Scripts (YAML).", metavar="FILE...")],
    json_output: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer reads it
) -> None:
    """Check scripts. Exit code 0: publishable, 1: errors, 2: unreadable file."""
    reports = {file: lint(text_of(file)) for file in files}
    if json_output:
        typer.echo(json.dumps(_as_json(reports), indent=2, ensure_ascii=False))
    else:
        for file, report in reports.items():
            for finding in report.findings:
                typer.echo(line_of(file, finding))
    clean = all(report.is_publishable for report in reports.values())
    raise typer.Exit(EXIT_CLEAN if clean else EXIT_ERRORS)


def text_of(file: Path) -> str:
    """The text of a script; ends the command where it cannot be read."""
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_SCRIPT_BYTES + 1)
    except OSError:
        _unusable(f"{file}: 打不开这个文件 · the file cannot be opened")
    if len(data) > MAX_SCRIPT_BYTES:
        most = f"{MAX_SCRIPT_BYTES >> 20} MiB"
        _unusable(f"{file}: 文件太大，脚本最多 {most} · too large, a script has at most {most}")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        _unusable(
            f"{file}:{line}:{column}: 这里不是 UTF-8 编码，请另存为 UTF-8"
            " · not in UTF-8 here, save the file as UTF-8"
        )


def _unusable(told: str) -> NoReturn:
    typer.echo(told, err=True)
    raise typer.Exit(EXIT_UNUSABLE)


def line_of(file: Path, finding: Finding) -> str:
    """``FILE:LINE:COLUMN: level code message (clause)``, Chinese before English."""
    place = f"{file}:{finding.line}:{finding.column}: {finding.level} {finding.code}"
    clause = f" ({finding.clause})" if finding.clause else ""
    return f"{place} {finding.message.zh} · {finding.message.en}{clause}"


def _as_json(reports: dict[Path, LintReport]) -> list[dict[str, object]]:
    return [
        {
            "file": str(file),
            "is_publishable": report.is_publishable,
            "findings": [finding.model_dump(mode="json") for finding in report.findings],
        }
        for file, report in reports.items()
    ]
