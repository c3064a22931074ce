from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_worker.play.render_text import (
    CLAUSE_PAUSE_MS,
    MAX_PIECE_CHARACTERS,
    SENTENCE_PAUSE_MS,
    pieces,
    readable,
)

TEXT = st.text(alphabet='您好产品风险,，。！？;:、“”"\n 12', min_size=1, max_size=300)


def test_sentences_and_long_clauses_are_pieces() -> None:
    found = pieces("您将购买的是理财产品,不是银行存款。产品不保本,也不保证收益。")
    assert [piece.text for piece in found] == [
        "您将购买的是理财产品,",
        "不是银行存款。",
        "产品不保本,",
        "也不保证收益。",
    ]
    assert [piece.pause_ms for piece in found] == [
        CLAUSE_PAUSE_MS,
        SENTENCE_PAUSE_MS,
        CLAUSE_PAUSE_MS,
        SENTENCE_PAUSE_MS,
    ]


def test_a_short_clause_joins_its_neighbour() -> None:
    assert [piece.text for piece in pieces("您好,能听到我的声音吗?")] == ["您好,能听到我的声音吗?"]


def test_a_closing_quote_stays_with_its_sentence() -> None:
    assert [piece.text for piece in pieces("请大声回答“我清楚。”然后继续。")] == [
        "请大声回答“我清楚。”",
        "然后继续。",
    ]


@given(TEXT)
def test_no_word_is_lost(text: str) -> None:
    assert "".join(piece.text for piece in pieces(text)) == text.strip()


@given(TEXT)
def test_every_piece_can_be_spoken_and_is_short(text: str) -> None:
    for piece in pieces(text):
        words = re.findall(r"\w", piece.text)
        assert len(words) <= MAX_PIECE_CHARACTERS
        assert words or not re.search(r"\w", text)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("请拨打95588。", "请拨打九五五八八。"),
        ("金额10000元", "金额10000元"),
        ("共180天", "共180天"),
        ("金额1,000,000元", "金额1000000元"),
        ("年化0.31415%", "年化0.31415%"),
    ],
)
def test_numbers_are_read_as_a_person_reads_them(text: str, read: str) -> None:
    assert readable(text) == read


def test_an_amount_is_not_cut_at_its_thousands() -> None:
    assert [piece.text for piece in pieces("投资金额1,000,000元,期限180天。")] == [
        "投资金额1,000,000元,",
        "期限180天。",
    ]
