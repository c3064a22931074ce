"""Texts that are no YAML, or YAML that we do not take: one finding, at its place."""

from __future__ import annotations

import pytest

from shuanglu.script.lint import lint
from shuanglu.script.lint.places import MOST_CHARACTERS
from tests.script.lint.texts import RISK, line_of, only, small

GOOD = small(RISK)


def test_a_small_script_is_publishable_but_says_no_kind_of_sale() -> None:
    report = lint(GOOD)
    assert report.is_publishable
    assert [(each.code, each.level) for each in report.findings] == [("no_scenario", "warning")]


@pytest.mark.parametrize(
    ("written", "instead", "column"),
    [
        ("title: {zh: 风险, en: risk}", "title: {zh: 风险, en: risk", 5),
        ("kind: disclosure", "kind: 'disclosure", None),
        ("version: 1", "version: 1\n\tbad: 2", None),
    ],
)
def test_bad_yaml_is_one_error_with_its_line(
    written: str, instead: str, column: int | None
) -> None:
    text = GOOD.replace(written, instead)
    finding = only(text, "not_yaml")
    assert lint(text).script is None
    assert not lint(text).is_publishable
    assert finding.line >= line_of(text, instead)
    assert column is None or finding.column >= column


def test_a_key_that_stands_twice_is_found_where_it_stands_again() -> None:
    text = GOOD.replace("    say: 产品有风险。\n", "    say: 产品有风险。\n    say: 没有。\n")
    finding = only(text, "not_yaml")
    assert finding.line == line_of(text, "say: 没有。")
    assert finding.column == 5
    assert "say" in finding.message.en


def test_an_alias_is_not_taken() -> None:
    text = small(
        RISK.replace("title: {", "title: &t {"),
        RISK.replace("title: {zh: 风险, en: risk}", "title: *t"),
    )
    finding = only(text, "not_yaml")
    assert finding.line == line_of(text, "*t")
    assert "alias" in finding.message.en


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "1",
        "!!python/object/apply:os.system ['true']",
        "? {a: 1}\n: 2",
        "a: " + "[" * 5000,
        "x" * (MOST_CHARACTERS + 1),
        "steps: {}",
        "steps: [1, 2]",
        "id: a\nsteps:\n  - when: {all: 3}\n  - when: [1]",
        "circumstances: 5\nsteps: 7",
        "a: \x00",
        "&a [*a]",
    ],
)
def test_whatever_it_is_nothing_is_raised(text: str) -> None:
    report = lint(text)
    assert report.script is None
    assert not report.is_publishable
    assert all(finding.line >= 1 and finding.column >= 1 for finding in report.findings)
    assert report.findings


def test_a_wrong_field_is_found_at_its_place() -> None:
    text = GOOD.replace("retention_years: 5", "retention_years: 0")
    finding = only(text, "not_a_script")
    assert (finding.line, finding.path) == (line_of(text, "retention_years"), "retention_years")
    text = GOOD.replace("    say: 产品有风险。\n", "    say: 产品有风险。\n    color: red\n")
    assert only(text, "not_a_script").line == line_of(text, "color")


def test_a_wrong_hash_says_the_right_one() -> None:
    wrong = "0" * 64
    document = RISK.replace("disclosure", "document").replace("id: risk", "id: paper") + (
        f"    document: d\n    document_sha256: '{wrong}'\n    pages: [{{zh: 第一页, en: One}}]\n"
    )
    finding = only(small(document), "not_a_script")
    assert finding.line == line_of(small(document), "document_sha256")
    right = finding.message.en.split()[-1]
    assert lint(small(document.replace(wrong, right))).is_publishable
