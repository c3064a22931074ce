"""Why a text is no YAML, in sentences: what PyYAML says in a parser's words, said to a person.

Stage: first of linting. It only translates; ``places`` refuses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import yaml

_Named = dict[str, str]
_SIGN = re.compile(r"but found '(?P<sign>.*)'$|character '(?P<first>.*?)'", re.DOTALL)


class UnreadableError(Exception):
    """The text is not YAML that we take; ``line`` and ``column`` count from 1.

    ``reason`` has a sentence in ``sentences.yaml``, whose places ``named`` fills.
    """

    def __init__(self, reason: str, place: tuple[int, int], **named: str) -> None:
        super().__init__(reason)
        self.reason, self.named = reason, named
        self.line, self.column = place


_AT_BEGINNING = frozenset({"no_colon", "quote_open"})
"""Reasons whose place is where it began: the parser noticed them only much later."""


def unreadable(error: yaml.YAMLError | ValueError | RecursionError, text: str) -> UnreadableError:
    """The same with a reason of ours, what its sentence names, and the place."""
    if isinstance(error, yaml.reader.ReaderError):
        place = place_at(text, int(error.position))
        code = (
            f"{ord(error.character):04X}"
            if isinstance(error.character, str)
            else (f"{error.character:04X}")
        )
        return UnreadableError("control_sign", place, code=code)
    if not isinstance(error, yaml.MarkedYAMLError):
        return UnreadableError("syntax", (1, 1))
    reason, named = _told(error)
    begun = error.context_mark
    mark = begun if reason in _AT_BEGINNING and begun else error.problem_mark or begun
    return UnreadableError(reason, place_of(mark), **named)


def place_of(mark: Any) -> tuple[int, int]:  # noqa: ANN401 - of the C parser or of the other
    """Line and column, from 1."""
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def place_at(text: str, position: int) -> tuple[int, int]:
    """Line and column, from 1, of a character."""
    before = text[:position]
    return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1


def _told(error: yaml.MarkedYAMLError) -> tuple[str, _Named]:
    problem = error.problem or ""
    for begins, tell in _PROBLEMS:
        if problem.startswith(begins):
            return tell(error)
    return "syntax", {}


def _sign(error: yaml.MarkedYAMLError) -> str:
    found = _SIGN.search(error.problem or "")
    return (found["sign"] or found["first"] or "") if found else ""


def _begun(error: yaml.MarkedYAMLError) -> str:
    return str(error.context_mark.line + 1) if error.context_mark else "1"


def _start(error: yaml.MarkedYAMLError) -> tuple[str, _Named]:
    sign = _sign(error)
    return ("tab", {}) if sign == "\\t" else ("start_sign", {"sign": sign})


def _bracket(opening: str, closing: str) -> Callable[[yaml.MarkedYAMLError], tuple[str, _Named]]:
    def tell(error: yaml.MarkedYAMLError) -> tuple[str, _Named]:
        return "bracket_open", {"opening": opening, "closing": closing, "begun": _begun(error)}

    return tell


def _plain(reason: str) -> Callable[[yaml.MarkedYAMLError], tuple[str, _Named]]:
    return lambda _error: (reason, {})


_PROBLEMS: tuple[tuple[str, Callable[[yaml.MarkedYAMLError], tuple[str, _Named]]], ...] = (
    ("found character", _start),
    ("could not find expected ':'", _plain("no_colon")),
    ("mapping values are not allowed", _plain("colon_here")),
    ("mapping keys are not allowed", _plain("colon_here")),
    ("sequence entries are not allowed", _plain("dash_here")),
    ("found unexpected end of stream", _plain("quote_open")),
    ("found unexpected document separator", _plain("quote_open")),
    ("found unknown escape", lambda error: ("bad_escape", {"sign": _escaped(error)})),
    ("expected escape sequence", _plain("syntax")),
    ("expected ',' or ']'", _bracket("[", "]")),
    ("expected ',' or '}'", _bracket("{", "}")),
    ("expected <block end>", lambda error: ("indentation", {"begun": _begun(error)})),
    ("expected the node content", _plain("nothing_here")),
    ("but found another document", _plain("second_document")),
    ("expected '<document start>'", _plain("second_document")),
    ("expected chomping", _plain("block_sign")),
    ("expected a comment or a line break", _plain("block_sign")),
    ("could not determine a constructor", lambda error: ("tag", {"tag": _tag(error)})),
    ("found undefined tag", lambda error: ("tag", {"tag": _tag(error)})),
)
"""How PyYAML's problems begin, in the order in which they are looked for."""


def _escaped(error: yaml.MarkedYAMLError) -> str:
    return (error.problem or "").rpartition("character ")[2].strip("'")


def _tag(error: yaml.MarkedYAMLError) -> str:
    return (error.problem or "").rpartition(" ")[2].strip("'").replace("tag:yaml.org,2002:", "!!")
