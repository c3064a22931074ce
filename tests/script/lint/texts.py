"""A text that lints clean, and ways to write it wrongly."""

from __future__ import annotations

from shuanglu.script.lint import Finding, lint
from shuanglu.script.templates import template

LIFE = template("bank-life").text
HEAD = """\
id: small
version: 1
title: {zh: 小, en: small}
institution: 演示银行
voice: zf_xiaoxiao
minimum_assurance: device_key_and_code
retention_years: 5
estimated_minutes: 1
"""
RISK = """\
  - id: risk
    kind: disclosure
    title: {zh: 风险, en: risk}
    clauses: [REG-21]
    say: 产品有风险。
    show: {zh: 请听, en: Please listen}
"""
CONFIRM = """\
  - id: confirm
    kind: confirmation
    title: {zh: 确认, en: confirm}
    clauses: [REG-31]
    say: 请确认。
    show: {zh: 请确认, en: Please confirm}
"""


def ask(step_id: str, *more: str) -> str:
    lines = [
        f"  - id: {step_id}",
        "    kind: question",
        "    title: {zh: 问, en: ask}",
        "    clauses: [REG-26]",
        "    say: 您清楚吗?",
        "    show: {zh: 请回答, en: Please answer}",
        "    choices:",
        "      - {id: yes-it-is, label: {zh: 清楚, en: I do}, accepted: true}",
        "      - {id: no-it-is-not, label: {zh: 不清楚, en: I do not}, accepted: false}",
        *(f"    {line}" for line in more),
    ]
    return "\n".join(lines) + "\n"


def small(*steps: str, head: str = "") -> str:
    return HEAD + head + "steps:\n" + "".join(steps) + CONFIRM


def line_of(text: str, part: str, after: str = "") -> int:
    """The line, from 1, on which ``part`` first stands after ``after``."""
    start = text.index(after)
    return text[: text.index(part, start)].count("\n") + 1


def found(text: str, code: str) -> list[Finding]:
    return [finding for finding in lint(text).findings if finding.code == code]


def only(text: str, code: str) -> Finding:
    findings = found(text, code)
    assert len(findings) == 1, lint(text).findings
    return findings[0]
