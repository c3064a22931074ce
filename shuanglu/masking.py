"""Personal data made unreadable for screens that others may see. It never un-masks."""

from __future__ import annotations

COMPOUND_SURNAMES = frozenset(
    [
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "司徒",
        "轩辕",
        "长孙",
        "宇文",
        "夏侯",
        "司空",
        "端木",
        "独孤",
        "南宫",
        "万俟",
        "闻人",
        "赫连",
        "澹台",
        "公冶",
        "宗政",
        "濮阳",
        "淳于",
        "单于",
        "太叔",
        "申屠",
        "仲孙",
        "钟离",
        "拓跋",
        "百里",
        "呼延",
        "东郭",
        "西门",
        "公羊",
        "左丘",
        "梁丘",
        "鲜于",
        "第五",
    ]
)
_COMPOUND_LENGTH = 2


def mask_name(name: str) -> str:
    """The surname, and a star for each further character: 张*, 欧阳**, J*** S****."""
    words = name.split()
    return " ".join(_mask_word(word) for word in words)


def _mask_word(word: str) -> str:
    if len(word) == 1:
        return "*"
    is_compound = len(word) > _COMPOUND_LENGTH and word[:_COMPOUND_LENGTH] in COMPOUND_SURNAMES
    shown = _COMPOUND_LENGTH if is_compound else 1
    return word[:shown] + "*" * (len(word) - shown)
