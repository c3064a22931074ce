from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from embedded.command_line import app
from shuanglu.evidence.assertion import base64url
from tests.evidence.packing import Sealed, zip_of

RUNNER = CliRunner()


@pytest.fixture
def package(sealed: Sealed, tmp_path: Path) -> Path:
    path = tmp_path / "record.zip"
    path.write_bytes(zip_of(sealed.files()))
    return path


def test_a_valid_package_ends_with_code_0(package: Path, sealed: Sealed) -> None:
    result = RUNNER.invoke(app, ["verify", str(package), "--key", base64url(sealed.public_key)])
    assert result.exit_code == 0
    assert "VALID, signed by the expected key" in result.output


def test_without_a_key_it_says_that_none_was_given(package: Path) -> None:
    result = RUNNER.invoke(app, ["verify", str(package)])
    assert result.exit_code == 0
    assert "give --key" in result.output


def test_the_key_may_be_a_file(package: Path, sealed: Sealed, tmp_path: Path) -> None:
    key = tmp_path / "key.txt"
    key.write_text(base64url(sealed.public_key) + "\n")
    assert RUNNER.invoke(app, ["verify", str(package), "--key", str(key)]).exit_code == 0


def test_a_damaged_package_ends_with_code_1_and_names_the_step(
    sealed: Sealed, tmp_path: Path
) -> None:
    files = sealed.files()
    files["script.json"] = files["script.json"][:-2] + b"]}"
    path = tmp_path / "damaged.zip"
    path.write_bytes(zip_of(files))
    result = RUNNER.invoke(app, ["verify", str(path)])
    assert result.exit_code == 1
    assert "step 3 failed first" in result.output


def test_the_report_as_json(package: Path) -> None:
    result = RUNNER.invoke(app, ["verify", str(package), "--json"])
    report = json.loads(result.output)
    assert [step["status"] for step in report["steps"]] == ["passed"] * 13


@pytest.mark.parametrize("arguments", [["/no/such/file"], ["."], ["{package}", "--key", "abc"]])
def test_what_cannot_be_used_ends_with_code_2(package: Path, arguments: list[str]) -> None:
    given = [item.replace("{package}", str(package)) for item in arguments]
    assert RUNNER.invoke(app, ["verify", *given]).exit_code == 2


def test_nothing_of_the_server_is_needed(package: Path) -> None:
    """A sceptic has the domain and this command, and little else."""
    program = """
import sys
ALLOWED = {"server", "signalling", "media_worker", "backing", "aiohttp", "sqlmodel",
           "sqlalchemy", "webauthn", "aiortc", "av", "boto3", "structlog"}
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ALLOWED:
            raise ImportError(name)
sys.meta_path.insert(0, Refuse())
from embedded.command_line import app
app(["verify", sys.argv[1]])
""".replace("ALLOWED", "ABSENT")
    done = subprocess.run(  # noqa: S603 - our own interpreter and program
        [sys.executable, "-c", program, str(package)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
