"""Personal data made unreadable for screens that others may see. It never un-masks."""

from __future__ import annotations

_COMPOUND_LENGTH = 2
_COMPOUND_SURNAMES_IN_ROW = (
    "欧阳司马上官诸葛东方皇甫尉迟公孙慕容令狐司徒轩辕长孙宇文夏侯司空端木独孤南宫万俟闻人赫连"
    "澹台公冶宗政濮阳淳于单于太叔申屠仲孙钟离拓跋百里呼延东郭西门公羊左丘梁丘鲜于第五"
)
COMPOUND_SURNAMES = frozenset(
    _COMPOUND_SURNAMES_IN_ROW[at : at + _COMPOUND_LENGTH]
    for at in range(0, len(_COMPOUND_SURNAMES_IN_ROW), _COMPOUND_LENGTH)
)


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
