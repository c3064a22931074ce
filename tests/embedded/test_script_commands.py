"""``shuanglu lint``, ``shuanglu walk``, ``shuanglu templates``: what they print and return."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from embedded.command_line import app
from shuanglu.script.templates import template, template_ids

runner = CliRunner()


@pytest.fixture
def wealth(tmp_path: Path) -> Path:
    path = tmp_path / "wealth.yaml"
    path.write_text(template("bank-wealth").text, encoding="utf-8")
    return path


def test_a_clean_script_prints_nothing_and_returns_0(wealth: Path) -> None:
    result = runner.invoke(app, ["lint", str(wealth)])
    assert (result.exit_code, result.output) == (0, "")


def test_an_error_is_one_line_with_place_level_code_and_clause(wealth: Path) -> None:
    text = wealth.read_text(encoding="utf-8").replace("不保证本金，也不保证收益", "保本保收益")
    wealth.write_text(text, encoding="utf-8")
    result = runner.invoke(app, ["lint", str(wealth)])
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert any(
        line.startswith(f"{wealth}:") and ": error forbidden_phrase " in line for line in lines
    )
    assert all(line.endswith("(REG-26)") for line in lines)


def test_findings_as_json(wealth: Path) -> None:
    wealth.write_text("id: x", encoding="utf-8")
    result = runner.invoke(app, ["lint", "--json", str(wealth)])
    assert result.exit_code == 1
    (report,) = json.loads(result.output)
    assert report["is_publishable"] is False
    assert {finding["code"] for finding in report["findings"]} == {"not_a_script"}


def test_a_file_that_cannot_be_read_returns_2(tmp_path: Path) -> None:
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "nowhere.yaml", binary):
        for command in ("lint", "walk"):
            assert runner.invoke(app, [command, str(path)]).exit_code == 2


def test_a_file_in_another_encoding_or_too_large_is_told_with_its_place(tmp_path: Path) -> None:
    foreign = tmp_path / "gbk.yaml"
    foreign.write_bytes("id: a\ntitle: 风险\n".encode("gbk"))
    result = runner.invoke(app, ["lint", str(foreign)])
    assert result.exit_code == 2
    assert f"{foreign}:2:8: " in result.output
    assert "UTF-8" in result.output
    large = tmp_path / "large.yaml"
    large.write_bytes("风".encode() * (1 << 20))
    told = runner.invoke(app, ["lint", str(large)])
    assert told.exit_code == 2
    assert "too large" in told.output


def test_a_finding_is_told_in_both_languages_with_its_reason(wealth: Path) -> None:
    text = wealth.read_text(encoding="utf-8").replace("voice:", "vioce:", 1)
    wealth.write_text(text, encoding="utf-8")
    printed = runner.invoke(app, ["lint", str(wealth)]).output
    assert (
        "没有“vioce”这一项，是不是 voice？ · there is no field vioce here; is it voice?" in printed
    )
    (report,) = json.loads(runner.invoke(app, ["lint", "--json", str(wealth)]).output)
    found = {finding["reason"]: finding for finding in report["findings"]}
    assert found["unknown_field"]["params"]["near"] == "voice"


def test_a_way_shows_which_steps_apply_and_why_not(wealth: Path) -> None:
    told = ["--age", "70", "--product-risk", "4", "--channel", "remote", "--no-returning"]
    result = runner.invoke(app, ["walk", str(wealth), *told, "--risk-level", "4", "--json"])
    steps = {step["step_id"]: step for step in json.loads(result.output)}
    assert steps["special-care"]["applies"]
    assert steps["level-4"]["applies"]
    assert not steps["level-3"]["applies"]
    assert not steps["assessment-valid"]["applies"]
    assert steps["staff-certificate"]["reason"]["en"] == "the condition does not hold"
    printed = runner.invoke(app, ["walk", str(wealth), *told, "--risk-level", "4"]).output
    assert printed.splitlines()[1].startswith("00:00 opening")
    done = sum(step["applies"] for step in steps.values())
    assert f"{done} of {len(steps)} steps" in printed.splitlines()[-1]


@pytest.mark.parametrize(
    "told", [["--channel", "mars"], ["--product-risk", "9"], ["--answer", "no-promise=moon"]]
)
def test_what_cannot_be_told_is_refused(wealth: Path, told: list[str]) -> None:
    assert runner.invoke(app, ["walk", str(wealth), *told]).exit_code == 2


def test_a_text_that_is_no_script_has_no_way(wealth: Path) -> None:
    wealth.write_text("steps: [", encoding="utf-8")
    assert runner.invoke(app, ["walk", str(wealth)]).exit_code == 1


def test_templates_are_listed_and_printed() -> None:
    listed = runner.invoke(app, ["templates"]).output.splitlines()
    assert [line.split("\t")[0] for line in listed] == list(template_ids())
    assert runner.invoke(app, ["templates", "fund-sale"]).output == template("fund-sale").text
    assert runner.invoke(app, ["templates", "moon"]).exit_code == 2
