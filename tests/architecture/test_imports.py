"""Who may import whom, as written in pyproject.toml, held by import-linter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.architecture.repository import ROOT


def run_contracts(folder: Path) -> subprocess.CompletedProcess[str]:
    linter = Path(sys.executable).parent / "lint-imports"
    return subprocess.run(  # noqa: S603 - a fixed command
        [str(linter), "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def test_the_import_contracts_are_kept() -> None:
    result = run_contracts(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_broken_contract_is_found(tmp_path: Path) -> None:
    """The same contracts over packages that break one: the check can fail."""
    for name in ("shuanglu", "backing", "server", "signalling", "media_worker", "embedded"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    (tmp_path / "signalling" / "__init__.py").write_text("import server\n")
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    result = run_contracts(tmp_path)
    assert result.returncode == 1
    assert "signalling is not allowed to import server" in result.stdout
