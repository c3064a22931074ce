"""What a spoken answer means: yes, no, a question back, or not clear.

Stage: after recognition, before the script accepts an answer. It never takes "不是的" for
"是的": what is refused is looked for first, and what says both is unclear.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from shuanglu.rules.words.spoken import Spoken, spoken, wording

WordsClass = Literal["yes", "no", "unclear", "question"]
_Sense = Literal["yes", "no", "not", "question", "nothing"]

YES = (
    *(
        "是的",
        "是",
        "对的",
        "对",
        "同意",
        "我同意",
        "确认",
        "可以",
        "好的",
        "好",
        "行",
        "没错",
        "嗯",
    ),
    *("没问题", "没有问题", "没有疑问", "没有异议", "没什么问题", "愿意", "接受", "认可", "当然"),
    *(
        "明白",
        "了解",
        "知道",
        "清楚",
        "理解",
        "知晓",
        "清楚的",
        "知道的",
        "听清楚",
        "听懂",
        "看清楚",
    ),
    "已经去认了",  # what Whisper makes of 已经确认了
)
NO = (
    *("不是", "不是的", "不对", "不同意", "不确认", "不可以", "不行", "不好", "不愿意", "不接受"),
    *(
        "不认可",
        "不清楚",
        "不明白",
        "不了解",
        "不知道",
        "不理解",
        "不知晓",
        "没有",
        "没有的",
        "拒绝",
    ),
    *(
        "没听清",
        "没听清楚",
        "没听懂",
        "没明白",
        "没看",
        "没看清",
        "不太清楚",
        "不太明白",
        "不太了解",
    ),
    *("不买", "不需要", "没有听清", "没有听懂"),
    *("听不清", "听不懂", "看不懂", "看不清", "搞不懂", "不懂", "否"),
)
NOT = (
    *("不", "没", "未", "别", "不怎么", "不是很", "并不", "不太", "从未", "无法", "还没", "还没有"),
    *("不能", "不会", "不想", "不要", "没看"),
    "普",  # what Whisper makes of 不 in noise: 普同意, 普能
)
QUESTION = (
    *(
        "什么",
        "为什么",
        "怎么",
        "怎样",
        "哪",
        "多少",
        "谁",
        "吗",
        "几",
        "是不是",
        "有没有",
        "能不能",
    ),
    *(
        "可不可以",
        "要不要",
        "会不会",
        "对不对",
        "行不行",
        "好不好",
        "清不清楚",
        "再说一遍",
        "再说一次",
    ),
    *("请重复", "重复一遍", "再讲一遍", "请问", "啥", "什么意思", "凭什么"),
)
NOTHING = (
    *("对不起", "不好意思", "不是存款", "不是银行存款", "不保本", "不保证", "不保息", "非保本"),
    *(
        "不承诺",
        "没什么",
        "没有什么",
        "不用",
        "你好",
        "您好",
        "可能",
        "好像",
        "好几",
        "第几",
        "几年",
        "普通",
    ),
)
_PRIORITY: tuple[_Sense, ...] = ("question", "no", "yes", "nothing", "not")


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """Wordings with their sense; of two of one length that match, the first counts."""

    entries: tuple[tuple[Spoken, _Sense], ...]

    def longest(self, said: Spoken, start: int) -> tuple[int, _Sense] | None:
        """The longest wording that begins at ``start``: its length and sense."""
        for sought, sense in self.entries:
            if _begins(said, start, sought):
                return len(sought), sense
        return None


def _begins(said: Spoken, start: int, sought: Spoken) -> bool:
    """One syllable alone means little by its sound, unless it is all that was said."""
    by_sound = len(sought) > 1 or len(said) == 1
    return said.at(start, sought, by_sound=by_sound) is not None


def classify_answer(text: str, accepted: Sequence[str], refused: Sequence[str]) -> WordsClass:
    """The sense of an answer to a question with these accepted and refused wordings."""
    if unicodedata.normalize("NFKC", text).rstrip().endswith("?"):
        return "question"
    denies = _accepts_denial(accepted)
    vocabulary = _vocabulary(accepted, refused, denies=denies)
    senses = set(_senses(spoken(text), vocabulary, denies=denies))
    if "question" in senses:
        return "question"
    if senses == {"no"}:
        return "no"
    return "yes" if senses == {"yes"} else "unclear"


def _accepts_denial(accepted: Sequence[str]) -> bool:
    """Whether it is answered by a denial: "有人教您回答吗?" accepts "没有".

    There "是的" and "不是" mean neither yes nor no. Who accepts "没错" accepts no denial.
    """
    return any(each.startswith(NOT) and each not in YES for each in accepted)


def _vocabulary(accepted: Sequence[str], refused: Sequence[str], *, denies: bool) -> _Vocabulary:
    given: list[tuple[Spoken, _Sense]] = [(wording(each), "no") for each in refused]
    given += [(wording(each), "yes") for each in accepted]
    general: dict[_Sense, tuple[str, ...]] = {
        "question": QUESTION,
        "no": NO,
        "yes": YES,
        "nothing": NOTHING,
        "not": NOT,
    }
    if denies:
        general["yes"] = general["no"] = ()
    known = {sought.characters for sought, _ in given}
    for sense in _PRIORITY:
        given += [(wording(w), sense) for w in general[sense] if wording(w).characters not in known]
    spoken_ones = [entry for entry in given if len(entry[0])]  # "!" is no wording
    return _Vocabulary(tuple(sorted(spoken_ones, key=lambda entry: -len(entry[0]))))


def _senses(said: Spoken, vocabulary: _Vocabulary, *, denies: bool) -> Iterator[_Sense]:
    start, negated = 0, 0
    while start < len(said):
        length, sense = vocabulary.longest(said, start) or (1, "nothing")
        denial = denies and said.characters.startswith(NOT, start)
        start += length
        if sense == "not":
            negated += 1
        elif negated and sense in {"yes", "no"} and not denial:
            yield from _negated(sense, negated)
            negated = 0
        elif sense != "nothing":
            yield sense
    if negated and not denies:
        yield "no"


def _negated(sense: _Sense, times: int) -> tuple[_Sense, ...]:
    """What is denied once is no (没确认); what is denied twice is not clear."""
    return ("no",) if sense == "yes" and times == 1 else ("yes", "no")
