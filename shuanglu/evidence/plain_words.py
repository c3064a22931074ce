"""The statement in plain words, for the screen that asks for the confirmation.

Stage: between the statement and the phone. What counts is the statement itself; every
line here is derived from one of its fields.
"""

from __future__ import annotations

from collections.abc import Iterable

from shuanglu.evidence.confirmed import ConfirmedItem
from shuanglu.evidence.statement import Statement
from shuanglu.script.model import AskedStep, Script, Text


def statement_lines(script: Script, statement: Statement) -> tuple[Text, ...]:
    """One line for the product, one for each confirmed step, Chinese and English."""
    product = Text(
        zh=f"产品:{statement.product}({statement.product_code}),{statement.institution}",
        en=f"Product: {statement.product} ({statement.product_code}), {statement.institution}",
    )
    return (product, *confirmed_lines(script, statement.confirmed))


def confirmed_lines(script: Script, items: Iterable[ConfirmedItem]) -> tuple[Text, ...]:
    """One line for each step that stands."""
    return tuple(_line(script, item) for item in items)


def _line(script: Script, item: ConfirmedItem) -> Text:  # noqa: C901, PLR0911 - one line a kind
    title = script.step(item.step_id).title
    match item.kind:
        case "disclosure":
            return Text(zh=f"我已听完:{title.zh}", en=f"I heard to the end: {title.en}")
        case "question" | "consent" | "summary":
            return _answer_line(script, item)
        case "document":
            return _document_line(title, item)
        case "identity":
            return Text(
                zh=f"我的身份:{item.name or ''} {item.number_masked or ''}".rstrip(),
                en=f"My identity: {item.name or ''} {item.number_masked or ''}".rstrip(),
            )
        case "liveness":
            return Text(zh="我本人在场", en="I was here in person")
        case "signature":
            return Text(zh="我已亲笔签名", en="I signed by hand")
        case "questionnaire":
            return Text(
                zh=f"我的风险承受能力:{item.risk_level} 级",
                en=f"My risk tolerance: level {item.risk_level}",
            )
        case "show":
            return Text(zh=f"我已出示:{title.zh}", en=f"I showed: {title.en}")
        case "talk":
            return Text(zh=f"已谈完:{title.zh}", en=f"We talked about: {title.en}")
        case "confirmation":
            return Text(zh=f"我已确认:{title.zh}", en=f"I confirmed: {title.en}")


def _document_line(title: Text, item: ConfirmedItem) -> Text:
    marked = len(item.sentences_marked)
    zh, en = f"我已读完:{item.document}", f"I read to the end: {title.en}"
    if not marked:
        return Text(zh=zh, en=en)
    return Text(zh=f"{zh},确认重点语句 {marked} 句", en=f"{en}; key sentences marked: {marked}")


def _answer_line(script: Script, item: ConfirmedItem) -> Text:
    step = script.step(item.step_id)
    english = item.choice or ""
    if isinstance(step, AskedStep):
        english = next((c.label.en for c in step.choices if c.id == item.choice), english)
    answer = item.answer or item.answer_words or ""
    return Text(
        zh=f"我的回答:{step.show.zh}{answer}",
        en=f"My answer: {step.show.en} {english or answer}".rstrip(),
    )
