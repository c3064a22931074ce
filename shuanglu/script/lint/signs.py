"""Signs that the voice cannot say, and signs that a phone's fonts do not draw.

Stage: inside the linter, over a script that parsed. What the voice takes is held to the voice
itself by ``tests/speech/test_signs.py``. The product draws no text into a record: what is shown
is drawn by the phone's and the desk's own fonts, so that only what no font has can be refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from pypinyin import lazy_pinyin

from shuanglu.script.lint.finding import Finding, finding
from shuanglu.script.lint.places import Path, Written
from shuanglu.script.lint.sentences import sentence
from shuanglu.script.model import Script

_FOREIGN = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ]+")
_SPOKEN = re.compile(
    r"[0-9０-９ \n,.!?;:()\"—…、。，！？；：（）《》「」“”]|(?<=[0-9])%|-(?=[0-9])"
)
"""Digits and marks of which the voice makes words or pauses; a sign of per cent after digits."""
_HAN = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[\u4e00-\u9fff0-9０-９]")
_UNDRAWN = frozenset({"Cc", "Cf", "Co", "Cn", "Cs"})
"""Categories of Unicode that have no picture: controls, private use, not assigned."""
REPLACEMENT = "\ufffd"
"""Stands where a file was read in another encoding than it was written in."""
FIRST_RARE = 0x1F000
"""From here on: emoji, and characters that the fonts of many phones lack."""
_SELECTOR = re.compile(r"[\ufe00-\ufe0f]")


def badly_signed(script: Script, written: Written) -> list[Finding]:
    """Every sign once a text, at its own place."""
    found: list[Finding] = []
    for number, step in enumerate(script.steps):
        found += _unspeakable(written, ("steps", number, "say"), step.say, step.id)
    for path, words in _shown(script.model_dump(mode="json", by_alias=True), ()):
        found += _undrawable(written, path, words)
    return found


def _unspeakable(written: Written, where: Path, say: str, step_id: str) -> Iterator[Finding]:
    if not _WORD.search(say):
        yield _said(written, where, "silent", say[:1], {"step": step_id})
        return
    for word in dict.fromkeys(_FOREIGN.findall(say)):
        yield _said(written, where, "foreign_word", word, {"step": step_id, "word": word})
    for sign in unspoken(say):
        named = {"step": step_id, "sign": _seen(sign), "code": _code(sign)}
        yield _said(written, where, "no_voice", sign, named)


def unspoken(say: str) -> list[str]:
    """The signs of which the voice makes nothing, without letters; each once, in order."""
    rest = _SPOKEN.sub("", _FOREIGN.sub("", say))
    return [sign for sign in dict.fromkeys(rest) if not (_HAN.match(sign) and _is_read(sign))]


@lru_cache(maxsize=8192)
def _is_read(sign: str) -> bool:
    return bool(lazy_pinyin(sign, errors="ignore"))


def _shown(part: object, path: Path) -> Iterator[tuple[Path, str]]:
    """Every text of a script but what is only spoken."""
    if isinstance(part, dict):
        for name, inner in part.items():
            if name != "say":
                yield from _shown(inner, (*path, name))
    elif isinstance(part, list):
        for number, inner in enumerate(part):
            yield from _shown(inner, (*path, number))
    elif isinstance(part, str):
        yield path, part


def _undrawable(written: Written, where: Path, words: str) -> Iterator[Finding]:
    for sign in dict.fromkeys(words):
        named = {"sign": _seen(sign), "code": _code(sign)}
        if sign == REPLACEMENT:
            yield _drawn(written, where, "wrong_encoding", sign, named)
        elif unicodedata.category(sign) in _UNDRAWN and sign != "\n":
            yield _drawn(written, where, "no_picture", sign, named)
        elif ord(sign) >= FIRST_RARE or _SELECTOR.match(sign):
            yield _drawn(written, where, "rare_sign", sign, named)


def _said(written: Written, where: Path, reason: str, sign: str, named: dict[str, str]) -> Finding:
    return finding(
        written,
        where,
        "unspeakable",
        sentence(reason, named),
        reason=reason,
        params=named,
        place=written.place_of(where, sign),
    )


def _drawn(written: Written, where: Path, reason: str, sign: str, named: dict[str, str]) -> Finding:
    return finding(
        written,
        where,
        "undrawable",
        sentence(reason, named),
        reason=reason,
        params=named,
        level="warning" if reason == "rare_sign" else "error",
        place=written.place_of(where, sign),
    )


def _code(sign: str) -> str:
    return f"U+{ord(sign):04X}"


def _seen(sign: str) -> str:
    """The sign, unless nobody could see it."""
    return sign if sign.isprintable() and not sign.isspace() else _code(sign)
