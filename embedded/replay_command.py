"""``shuanglu replay-rules``: a policy over a record's measurements, offline, for an auditor.

Stage: a thin face of ``shuanglu.rules.replay``. It needs neither the server nor a network,
and writes nothing. It does not verify the package: ``shuanglu verify`` does.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from shuanglu.errors import InvalidInputError
from shuanglu.evidence.check import CheckFailedError
from shuanglu.evidence.names import SCRIPT_FILE, TIMELINE_FILE
from shuanglu.evidence.package import PackageReader, ZipPackage, read_whole
from shuanglu.rules.policy import AlertPolicy, parse_policy, shipped_policy
from shuanglu.rules.replay import AlertSpan, Replay, replay
from shuanglu.script.model import Script, parse_script
from shuanglu.script.moments import moments_in
from shuanglu.timeline.events import Event

EXIT_UNUSABLE = 2
"""The package or the policy could not be read."""
MAX_POLICY_BYTES = 1 << 20


def replay_rules_command(
    package: Annotated[Path, typer.Argument(help="The evidence package (zip).")],
    policy: Annotated[
        Path | None, typer.Option(help="A policy of observations (YAML); without: the newest.")
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,  # noqa: FBT002 - typer reads it
) -> None:
    """Say which alerts a policy would have raised over a record. Verify the record first."""
    rules = _policy(policy)
    try:
        with package.open("rb") as file:
            script, events = _record(ZipPackage(file))
    except (OSError, CheckFailedError, InvalidInputError, ValidationError, ValueError):
        raise _unusable(f"cannot read {package}") from None
    found = replay(events, rules, moments_in(script, events))
    if json_output:
        typer.echo(json.dumps(_as_json(found), indent=2))
    else:
        _print(found)


def _policy(path: Path | None) -> AlertPolicy:
    if path is None:
        return shipped_policy()
    try:
        with path.open("rb") as file:
            return parse_policy(yaml.safe_load(file.read(MAX_POLICY_BYTES)))
    except (OSError, yaml.YAMLError, UnicodeDecodeError):
        raise _unusable(f"cannot read {path}") from None
    except InvalidInputError as error:
        raise _unusable(f"{path} is no policy: {error.field}: {error}") from None


def _record(package: PackageReader) -> tuple[Script, list[Event]]:
    script = parse_script(json.loads(read_whole(package, SCRIPT_FILE)))
    lines = read_whole(package, TIMELINE_FILE).splitlines()
    return script, [Event.model_validate_json(line) for line in lines]


def _unusable(reason: str) -> typer.Exit:
    Console(stderr=True).print(Text(reason, style="bold red"))
    return typer.Exit(EXIT_UNUSABLE)


def _as_json(found: Replay) -> dict[str, Any]:
    return {
        **asdict(found),
        "only_recorded": [asdict(span) for span in found.only_recorded],
        "only_replayed": [asdict(span) for span in found.only_replayed],
    }


def _print(found: Replay) -> None:
    console = Console()
    console.print(f"policy {found.policy_version} over {found.measurements} measurements")
    if not found.measurements:
        console.print("NOT EVALUATED: the record holds no measurements", style="yellow")
        return
    table = Table(title="Alerts", title_justify="left")
    for name in ("alert", "severity", "from s", "to s", "where"):
        table.add_column(name, overflow="fold")
    only_recorded, only_replayed = set(found.only_recorded), set(found.only_replayed)
    for span in found.replayed:
        only = span in only_replayed
        _row(table, span, Text("only by this policy", style="bold") if only else Text("both"))
    for span in found.recorded:
        if span in only_recorded:
            _row(table, span, Text("only in the record", style="bold"))
    console.print(table)


def _row(table: Table, span: AlertSpan, where: Text) -> None:
    to_s = "" if span.to_ms is None else f"{span.to_ms / 1000:.1f}"
    table.add_row(span.alert, span.severity, f"{span.from_ms / 1000:.1f}", to_s, where)
