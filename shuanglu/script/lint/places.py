"""YAML as data, with the place of every part: what a finding points at.

Stage: first of linting. It never builds objects: plain YAML only, and no aliases, with
which a short text can stand for an endless one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

MOST_CHARACTERS = 400_000
MOST_DEPTH = 50
Path = tuple[int | str, ...]


class UnreadableError(Exception):
    """The text is not YAML that we take; ``line`` and ``column`` count from 1."""

    def __init__(self, problem: str, line: int, column: int) -> None:
        super().__init__(problem)
        self.problem, self.line, self.column = problem, line, column


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the text."""

    data: Any
    root: yaml.Node | None

    def place(self, path: Path) -> tuple[int, int]:
        """Line and column, from 1, of the part, or of the innermost one around it."""
        node, mark = self.root, None if self.root is None else self.root.start_mark
        for part in path:
            found = _child(node, part)
            if found is None:
                break
            node, mark = found
        return (1, 1) if mark is None else (mark.line + 1, mark.column + 1)


def read_yaml(text: str) -> Written:
    """Raises :class:`UnreadableError` with the place."""
    if len(text) > MOST_CHARACTERS:
        raise UnreadableError("the text is too long for a script", 1, 1)
    try:
        _refuse_bombs(text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        _refuse_twins(root)
        return Written(yaml.safe_load(text), root)
    except yaml.MarkedYAMLError as error:
        place = _place(error.problem_mark or error.context_mark)
        raise UnreadableError(error.problem or str(error), *place) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise UnreadableError(str(error), 1, 1) from error


def _refuse_bombs(text: str) -> None:
    """No aliases, and no nesting that no script has: reading on would take very long."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_DEPTH:
            raise UnreadableError("nested too deeply for a script", *_place(event.start_mark))
        if isinstance(event, yaml.AliasEvent):
            raise UnreadableError("aliases are not taken: write it out", *_place(event.start_mark))


def _place(mark: Any) -> tuple[int, int]:  # noqa: ANN401 - of the C parser or of the other
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _refuse_twins(root: yaml.Node | None) -> None:
    """YAML keeps the last of two equal keys and says nothing: a sentence would be lost."""
    for node in _nodes(root):
        if not isinstance(node, yaml.MappingNode):
            continue
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(
                    problem="a key must be a word", problem_mark=key.start_mark
                )
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"{key.value} stands here twice", problem_mark=key.start_mark
                )
            seen.add(key.value)


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
