"""Every way to write a script wrongly is told in plain words, in both languages, at its place."""

from __future__ import annotations

import re

import pytest
import yaml

from shuanglu.script.lint import Finding, lint
from shuanglu.script.lint.invalid import UNKNOWN
from shuanglu.script.lint.sentences import sentence
from tests.script.lint.texts import RISK, ask, line_of, small

GOOD = small(RISK)
_PYDANTIC = re.compile(
    r"Input should|Field required|Extra inputs|Value error|valid (string|integer)"
)


def reasons(text: str) -> dict[str | None, Finding]:
    found = lint(text).findings
    for each in found:
        assert not _PYDANTIC.search(each.message.en + each.message.zh), each
        assert not re.search(r"\{\w+\}", each.message.zh + each.message.en), each
        assert re.search(r"[\u4e00-\u9fff]", each.message.zh), each
        assert not re.search(r"[\u4e00-\u9fff]{4}", each.message.en.split("（")[0]), each
    return {each.reason: each for each in found}


@pytest.mark.parametrize(
    ("written", "instead", "reason", "here"),
    [
        ("version: 1", "\tversion: 1", "tab", "\tversion"),
        ("version: 1", "version: @1", "start_sign", "version"),
        ("version: 1", "version 1", "no_colon", "version 1"),
        ("say: 产品有风险。", "say: 注意: 产品有风险。", "colon_here", "注意"),
        ("kind: disclosure", "kind: 'disclosure", "quote_open", "'disclosure"),
        ("say: 产品有风险。", 'say: "产品\\有风险"', "bad_escape", "产品\\有"),
        ("{zh: 风险, en: risk}", "{zh: 风险, en: risk", "bracket_open", "clauses:"),
        ("clauses: [REG-21]", "clauses: [REG-21", "bracket_open", "say:"),
        ("    say: 产品", "   say: 产品", "indentation", "say: 产品"),
        ("version: 1", "version: 1\n---\nversion: 2", "second_document", "---"),
        ("version: 1", "version: *v", "alias", "*v"),
        ("version: 1", "version: !!python/name:os.system", "tag", "!!python"),
        ("version: 1", "version: 1\nversion: 2", "twice", "version: 2"),
        ("version: 1", "? [a]\n: 1", "key_no_word", "[a]"),
        ("version: 1", "version: 1\nin_force_from: 2026-02-30", "bad_value", "2026-02-30"),
        ("say: 产品有风险。", "say: 产品\x07有风险。", "control_sign", "say: 产品"),
        ("say: 产品有风险。", "say: |产品", "block_sign", "|产品"),
    ],
)
def test_no_yaml(written: str, instead: str, reason: str, here: str) -> None:
    text = GOOD.replace(written, instead, 1)
    found = reasons(text)
    assert list(found) == [reason], found
    assert found[reason].code == "not_yaml"
    assert found[reason].line == line_of(text, here)


@pytest.mark.parametrize(
    ("written", "instead", "reason", "here", "named"),
    [
        ("version: 1\n", "", "missing", "id: small", "version"),
        ("version: 1", "version: 0", "below_least", "version", "0"),
        ("version: 1", "version: one", "bad_number", "version", "one"),
        ("version: 1", "version: 1.5", "bad_number", "version", "1.5"),
        ("institution: 演示银行", "institution: ''", "empty_text", "institution", "机构"),
        (
            "institution: 演示银行",
            f"institution: {'行' * 81}",
            "text_too_long",
            "institution",
            "81",
        ),
        ("institution: 演示银行", "institution: yes", "bad_text", "institution", "true"),
        ("voice:", "vioce:", "unknown_field", "vioce", "voice"),
        ("title: {zh: 小, en: small}", "title: 小", "bad_map", "title", "title"),
        ("title: {zh: 小, en: small}", "title: {zh: 小}", "missing", "title", "en"),
        ("id: small", "id: Small Script", "wrong_form_id", "id", "2"),
        ("device_key_and_code", "device_key", "one_of", "minimum", "webauthn_user_verified"),
        ("version: 1", "version: 1\nin_force_from: soon", "bad_date", "in_force", "2026-12-01"),
        ("kind: disclosure", "kind: disclosur", "unknown_kind", "- id: risk", "disclosure"),
        ("    kind: disclosure\n", "", "missing", "- id: risk", "kind"),
        ("clauses: [REG-21]", "clauses: REG-21", "bad_list", "clauses: REG-21", "clauses"),
        ("say: 产品有风险。", "says: 产品有风险。", "unknown_field", "says", "say"),
        (
            "clauses: [REG-21]",
            "clauses: [REG-21]\n    pages: []",
            "other_kind",
            "pages",
            "document",
        ),
        (
            "clauses: [REG-21]",
            "clauses: [REG-21]\n    max_attempts: 11",
            "above_most",
            "max_attempts",
            "10",
        ),
        ("id: confirm", "id: risk", "same_id", "id: risk\n    kind: confirmation", "risk"),
        ("kind: confirmation", "kind: disclosure", "last_is_confirmation", "- id: confirm", ""),
        (
            "clauses: [REG-31]",
            "clauses: [REG-31]\n    when: {fact: channel, is: [remote]}",
            "confirmation_conditional",
            "when:",
            "",
        ),
        ("steps:", "circumstances: [age]\nsteps:", "found_out_not_told", "circumstances", "age"),
    ],
)
def test_no_script(written: str, instead: str, reason: str, here: str, named: str) -> None:
    text = GOOD.replace(written, instead, 1)
    found = reasons(text)
    assert reason in found, found
    assert found[reason].line == line_of(text, here)
    assert named in found[reason].message.zh


@pytest.mark.parametrize(
    ("written", "instead", "reason", "here"),
    [
        ("accepted: true", "accepted: maybe", "bad_flag", "accepted: maybe"),
        ("accepted: true", "accepted: true, then: stop", "accepted_leads_on", "then: stop"),
        ("accepted: true", "accepted: false", "no_answer_accepted", "choices:"),
        ("id: no-it-is-not", "id: yes-it-is", "same_id", "yes-it-is, label: {zh: 不"),
        ("id: yes-it-is", "id: 'Yes'", "wrong_form_id", "'Yes'"),
        ("label: {zh: 清楚", "lable: {zh: 清楚", "unknown_field", "lable"),
        ("zh: 不清楚, en: I do not", "zh: 清楚, en: I do", "", ""),
        ("choices:", "refused_words: [清楚]\n    choices:", "same_words", "choices:"),
        ("choices:", "when: {fact: age}\n    choices:", "fact_uncompared", "when:"),
        ("choices:", "when: {fact: age, answer: a}\n    choices:", "one_form", "when:"),
        ("choices:", "when: {all: []}\n    choices:", "empty_condition", "when:"),
        ("choices:", "when: {answer: a, below: 1}\n    choices:", "answer_needs_is", "when:"),
        (
            "choices:",
            "when: {not: {fact: age, below: 1}, is: [1]}\n    choices:",
            "comparison_alone",
            "when:",
        ),
        ("choices:", "when: {fact: channel, below: 1}\n    choices:", "not_a_number", "when:"),
        ("choices:", "when: {fact: age, is: [x]}\n    choices:", "fact_type", "[x]"),
        ("choices:", "when: {fact: age, is: [[x]]}\n    choices:", "bad_value_of_condition", "[x]"),
        ("choices:", "when: {fact: agge, below: 1}\n    choices:", "one_of", "agge"),
    ],
)
def test_no_question(written: str, instead: str, reason: str, here: str) -> None:
    text = small(RISK, ask("first").replace(written, instead, 1))
    found = reasons(text)
    if not reason:
        assert lint(text).script is not None
        return
    assert reason in found, found
    assert found[reason].line == line_of(text, here)
    assert "步骤 first" in found[reason].message.zh
    assert "step first" in found[reason].message.en


QUESTIONNAIRE = (
    RISK.replace("disclosure", "questionnaire")
    + """\
    questions:
      - id: one
        text: {zh: 一, en: one}
        options:
          - {id: a, label: {zh: 甲, en: a}, points: 0}
          - {id: b, label: {zh: 乙, en: b}, points: 9}
    level_from: [1, 2, 3, 4]
"""
)


@pytest.mark.parametrize(
    ("written", "instead", "reason"),
    [
        ("[1, 2, 3, 4]", "[4, 3, 2, 1]", "levels_fall"),
        ("[1, 2, 3, 4]", "[1, 2, 3, 99]", "level_unreachable"),
        ("[1, 2, 3, 4]", "[1, 2, 3]", "missing"),
        ("[1, 2, 3, 4]", "[1, 2, 3, 4, 5]", "too_many"),
        ("id: b, ", "id: a, ", "same_id"),
        ("          - {id: b, label: {zh: 乙, en: b}, points: 9}\n", "", "too_few"),
    ],
)
def test_no_questionnaire(written: str, instead: str, reason: str) -> None:
    assert lint(small(QUESTIONNAIRE)).script is not None
    assert reason in reasons(small(QUESTIONNAIRE.replace(written, instead)))


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "empty_file"), ("- 1", "no_script"), ("steps: [1]", "bad_map"), ("a: *b", "alias")],
)
def test_nothing_like_a_script(text: str, reason: str) -> None:
    assert reason in reasons(text)


def test_the_right_name_is_offered_with_what_was_written() -> None:
    found = reasons(GOOD.replace("voice:", "vioce:"))["unknown_field"]
    assert (found.params["name"], found.params["near"]) == ("vioce", "voice")
    assert "是不是 voice" in found.message.zh
    assert "is it voice?" in found.message.en


EVERYTHING = small(
    QUESTIONNAIRE,
    ask(
        "second",
        "when: {all: [{fact: product_risk, below: 3}, {answer: risk, is: [a]}]}",
        "accepted_words: [是]",
        "time_limit_s: 60",
    ),
    head="scenario: wealth-sale\ncircumstances: [product_risk]\nin_force_from: 2026-12-01\n",
)
_LINES = EVERYTHING.splitlines()
_INSTEAD = ("[]", "{}", "null", "1", "-1", "1.5", "true", "''", "2026-02-30", "x: y", "[1]", "\t")


@pytest.mark.parametrize("instead", [*_INSTEAD, None])
def test_no_mistake_is_told_in_words_that_nobody_wrote(instead: str | None) -> None:
    """Every line's value changed, or the line lost: no parser's English ever comes out."""
    for line, written in enumerate(_LINES):
        changed = [] if instead is None else [f"{written.partition(':')[0]}: {instead}"]
        found = reasons("\n".join([*_LINES[:line], *changed, *_LINES[line + 1 :]]))
        assert UNKNOWN not in found, found
        assert None not in found or found[None].code != "not_a_script", found


def test_every_sentence_fills_the_same_places_in_both_languages() -> None:
    from importlib import resources  # noqa: PLC0415 - the data itself, only here

    told = yaml.safe_load(
        resources.files("shuanglu.script.lint").joinpath("sentences.yaml").read_text("utf-8")
    )
    for reason, texts in told.items():
        places = [set(re.findall(r"\{(\w+)\}", texts[each])) for each in ("zh", "en")]
        near = {"near_zh", "near_en"}
        assert places[0] - near == places[1] - near, reason
        with pytest.raises(KeyError):
            sentence(f"{reason}?", {})
