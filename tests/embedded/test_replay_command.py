"""``shuanglu replay-rules`` reads a package as it is handed out, and needs no server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from embedded.command_line import app
from shuanglu.rules.policy import SHIPPED_VERSIONS

RUNNER = CliRunner()
RECORDS = Path(__file__).parents[1] / "evidence" / "records"
OLD_RECORD = RECORDS / "sealed-by-0.1-before-identity.zip"


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_package_is_unusable(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "none.zip"
    path.write_bytes(content)
    assert RUNNER.invoke(app, ["replay-rules", str(path)]).exit_code == 2


def test_what_is_no_policy_is_named(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(json.dumps({"version": 0}))
    result = RUNNER.invoke(app, ["replay-rules", "any.zip", "--policy", str(policy)])
    assert result.exit_code == 2


def test_a_record_without_measurements_is_not_evaluated() -> None:
    result = RUNNER.invoke(app, ["replay-rules", str(OLD_RECORD)])
    assert result.exit_code == 0, result.output
    assert "NOT EVALUATED" in result.output


def test_the_result_as_json() -> None:
    result = RUNNER.invoke(app, ["replay-rules", str(OLD_RECORD), "--json"])
    found = json.loads(result.output)
    assert (found["policy_version"], found["measurements"]) == (SHIPPED_VERSIONS[-1], 0)
