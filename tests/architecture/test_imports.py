"""Who may import whom, as written in pyproject.toml, held by import-linter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.architecture.repository import ROOT, texts


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
    """The same contracts over the same packages with one wrong import: the check can fail."""
    for name, text in (("pyproject.toml", (ROOT / "pyproject.toml").read_text()), *texts(".py")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "signalling" / "__init__.py").write_text("import server\n")
    result = run_contracts(tmp_path)
    assert result.returncode == 1
    assert "signalling is not allowed to import server" in result.stdout
