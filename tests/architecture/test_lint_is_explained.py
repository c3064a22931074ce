"""Every exception from the rules says why, and a few rules that no linter has."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator

import pytest

from tests.architecture.repository import ROOT, lines, texts

NOQA = re.compile(r"#\s*noqa\b(?P<rest>.*)")
EXPLAINED = re.compile(r": [A-Z]+\d+(?:, [A-Z]+\d+)* - \S+")
NAMED = re.compile(r": [A-Z]+\d+(?:, [A-Z]+\d+)*\s*$")
COMMENT_LINES_ABOVE = 4
TYPE_IGNORE = re.compile(r"#\s*type:\s*ignore(?P<rest>.*)")
CODES = re.compile(r"\[[a-z-]+(?:, ?[a-z-]+)*\]")
MAX_FUNCTION_LINES = 60
MAX_FILE_LINES = 400
VAGUE_NAMES = re.compile(r"(?:^|[/_.])(?:utils?|helpers?|manager|common)(?:[/_.]|$)")
LONG_BY_NATURE = {
    "media_worker/receive/seam.py": "everything that depends on aiortc's insides, in one place",
}


def unexplained(text: str) -> Iterator[int]:
    """Numbers of lines whose ``noqa`` gives no reason, beside it or in a comment just above."""
    rows = text.splitlines()
    for index, row in enumerate(rows):
        match = NOQA.search(row)
        above = rows[max(0, index - COMMENT_LINES_ABOVE) : index]
        if match and not (
            EXPLAINED.match(match["rest"])
            or (NAMED.match(match["rest"]) and any(r.lstrip().startswith("#") for r in above))
        ):
            yield index + 1


def test_every_noqa_names_its_rule_and_says_why() -> None:
    bare = [f"{name}:{number}" for name, text in texts(".py") for number in unexplained(text)]
    assert bare == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x = 1  # no" + "qa", [1]),
        ("x = 1  # no" + "qa: S101", [1]),
        ("# because\nx = 1  # no" + "qa", [2]),
        ("# because\nx = 1  # no" + "qa: S101", []),
        ("x = 1  # no" + "qa: S101 - because", []),
        ("x = 1  # no" + "qa: S101, S102 - because", []),
    ],
)
def test_a_bare_noqa_would_be_found(text: str, found: list[int]) -> None:
    assert list(unexplained(text)) == found


def test_every_type_ignore_names_its_code() -> None:
    bare = [
        place
        for place, line in lines(".py")
        if (match := TYPE_IGNORE.search(line)) and not CODES.match(match["rest"])
    ]
    assert bare == []


def test_every_rule_that_is_off_says_why() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    ignored = tomllib.loads(text)["tool"]["ruff"]["lint"]["ignore"]
    assert ignored
    for code in ignored:
        assert re.search(rf'^\s*"{code}",\s+# \S', text, re.MULTILINE), code


def test_warnings_are_errors_and_ignores_are_narrow() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    filters = tomllib.loads(text)["tool"]["pytest"]["ini_options"]["filterwarnings"]
    assert filters[0] == "error"
    assert all(rule.count(":") >= 3 and rule.split(":")[3] for rule in filters[1:])


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(?:" + "TO" + "DO|" + "FIX" + "ME|" + "XX" + r"X)\b")
    assert [place for place, line in lines(".py", ".ts", ".vue") if later.search(line)] == []


def test_tests_use_real_parts() -> None:
    patching = re.compile(r"unittest\.mock|monkeypatch\.setattr|mocker\.|\bMagic" + r"Mock\b")
    own = "tests/architecture/"
    places = [place for place, line in lines(".py") if patching.search(line)]
    assert [place for place in places if not place.startswith(own)] == []


def test_names_say_what_a_thing_is() -> None:
    assert [name for name, _ in texts() if VAGUE_NAMES.search(name)] == []


def python_functions() -> Iterator[tuple[str, int]]:
    for name, text in texts(".py"):
        if "/migrations/versions/" in name:
            continue  # generated, and frozen once applied
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                yield f"{name}:{node.lineno}", node.end_lineno - node.lineno + 1


def test_functions_are_short() -> None:
    sizes = list(python_functions())
    assert len(sizes) > 100, "the files were found"
    assert [place for place, size in sizes if size > MAX_FUNCTION_LINES] == []


def test_files_are_short() -> None:
    long = {name for name, text in texts(".py") if len(text.splitlines()) > MAX_FILE_LINES}
    assert long - set(LONG_BY_NATURE) == set()


@pytest.mark.parametrize("package", ["shuanglu", "backing", "server", "signalling", "media_worker"])
def test_every_module_says_what_it_is(package: str) -> None:
    silent = [
        name
        for name, text in texts(".py")
        if name.startswith(f"{package}/") and text and not ast.get_docstring(ast.parse(text))
    ]
    assert [name for name in silent if "/migrations/" not in name] == []
