"""YAML as data, with the place of every part: what a finding points at.

Stage: first of linting. It never builds objects: plain YAML only, and no aliases, with
which a short text can stand for an endless one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from shuanglu.script.lint.unreadable import UnreadableError, place_at, place_of, unreadable

__all__ = ["Path", "UnreadableError", "Written", "read_yaml"]

MOST_CHARACTERS = 400_000
MOST_DEPTH = 50
Path = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the text."""

    data: Any
    root: yaml.Node | None
    text: str = ""

    def place(self, path: Path) -> tuple[int, int]:
        """Line and column, from 1, of the part, or of the innermost one around it."""
        node, mark = self.root, None if self.root is None else self.root.start_mark
        for part in path:
            found = _child(node, part)
            if found is None:
                break
            node, mark = found
        return (1, 1) if mark is None else (mark.line + 1, mark.column + 1)

    def place_of(self, path: Path, words: str) -> tuple[int, int]:
        r"""Line and column, from 1, at which ``words`` first stand in the value at ``path``.

        Where they are not written as they are read (``"\\u00a0"``), the place of the value.
        """
        node = self.root
        for part in path:
            found = _child(node, part)
            if found is None:
                return self.place(path)
            node = found[0]
        if node is None:
            return self.place(path)
        at = self.text.find(words, node.start_mark.index, node.end_mark.index)
        return self.place(path) if at < 0 else place_at(self.text, at)


def read_yaml(text: str) -> Written:
    """Raises :class:`UnreadableError` with the place."""
    if len(text) > MOST_CHARACTERS:
        counted = {"count": str(len(text)), "most": str(MOST_CHARACTERS)}
        raise UnreadableError("too_long", place_at(text, MOST_CHARACTERS), **counted)
    try:
        _refuse_bombs(text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        _refuse_twins(root)
        return Written(_loaded(text, root), root, text)
    except (yaml.YAMLError, RecursionError) as error:
        raise unreadable(error, text) from error


def _loaded(text: str, root: yaml.Node | None) -> Any:  # noqa: ANN401 - YAML
    try:
        return yaml.safe_load(text)
    except ValueError as error:  # looks like a date or a number, and is none: 2026-02-30
        for node in _nodes(root):
            _refuse_no_value(node)
        raise UnreadableError("syntax", (1, 1)) from error


def _refuse_no_value(node: yaml.Node) -> None:
    if not isinstance(node, yaml.ScalarNode):
        return
    try:
        yaml.SafeLoader("").construct_object(node)
    except ValueError as error:
        place = place_of(node.start_mark)
        raise UnreadableError("bad_value", place, value=node.value) from error


def _refuse_bombs(text: str) -> None:
    """No aliases, and no nesting that no script has: reading on would take very long."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_DEPTH:
            raise UnreadableError("too_deep", place_of(event.start_mark), most=str(MOST_DEPTH))
        if isinstance(event, yaml.AliasEvent):
            raise UnreadableError("alias", place_of(event.start_mark), name=event.anchor or "")


def _refuse_twins(root: yaml.Node | None) -> None:
    """YAML keeps the last of two equal keys and says nothing: a sentence would be lost."""
    for node in _nodes(root):
        if not isinstance(node, yaml.MappingNode):
            continue
        first: dict[str, int] = {}
        for key, _ in node.value:
            place = place_of(key.start_mark)
            if not isinstance(key, yaml.ScalarNode):
                raise UnreadableError("key_no_word", place)
            if key.value in first:
                named = {"name": key.value, "first": str(first[key.value])}
                raise UnreadableError("twice", place, **named)
            first[key.value] = place[0]


def _nodes(root: yaml.Node | None) -> Iterator[yaml.Node]:
    waiting = [] if root is None else [root]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.MappingNode):
            waiting += [part for pair in node.value for part in pair]


def _child(node: yaml.Node | None, part: int | str) -> tuple[yaml.Node, Any] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        found = node.value[part]
        return found, found.start_mark
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return value, key.start_mark
    return None
