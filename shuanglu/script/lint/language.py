"""What the script language permits at a place: fields, kinds of step, the likeliest right name.

Stage: below the linter. It asks the models of the language itself, so that it cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel

from shuanglu.script.lint.places import Path
from shuanglu.script.model import Script
from shuanglu.script.steps import Step, StepKind

LIKE_FROM = 0.6
"""As ``difflib`` counts it: ``lable`` and ``label`` are alike, ``lecture`` and ``talk`` not."""


def fields_at(path: Path, data: Any) -> tuple[str, ...]:  # noqa: ANN401 - YAML
    """Names of the fields that the part at ``path`` may have; none where nobody can tell."""
    candidates: tuple[type[BaseModel], ...] = (Script,)
    here = data
    for part in path:
        here = _inside(here, part)
        if isinstance(part, str):
            candidates = _models_under(candidates, part)
        else:
            candidates = _of_kind(candidates, here)
    return tuple(dict.fromkeys(name for model in candidates for name in names_of(model)))


def names_of(model: type[BaseModel]) -> tuple[str, ...]:
    """Its fields as they stand in YAML."""
    return tuple(info.alias or name for name, info in model.model_fields.items())


def kinds() -> tuple[str, ...]:
    """Every kind of step."""
    return tuple(StepKind)


def kinds_with(field: str) -> tuple[str, ...]:
    """The kinds of step that have that field."""
    return tuple(
        model.model_fields["kind"].default for model in models_in(Step) if field in names_of(model)
    )


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant."""
    found = get_close_matches(name.lower(), list(known), n=1, cutoff=LIKE_FROM)
    return found[0] if found else None


def models_in(annotation: Any) -> tuple[type[BaseModel], ...]:  # noqa: ANN401 - any annotation
    """Every model that a value of that type may be."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return (annotation,)
    return tuple(model for part in get_args(annotation) for model in models_in(part))


def _models_under(
    candidates: tuple[type[BaseModel], ...], name: str
) -> tuple[type[BaseModel], ...]:
    return tuple(
        model
        for candidate in candidates
        for own, info in candidate.model_fields.items()
        if (info.alias or own) == name
        for model in models_in(info.annotation)
    )


def _of_kind(
    candidates: tuple[type[BaseModel], ...], written: object
) -> tuple[type[BaseModel], ...]:
    kind = written.get("kind") if isinstance(written, dict) else None
    chosen = tuple(
        model
        for model in candidates
        if "kind" in model.model_fields and model.model_fields["kind"].default == kind
    )
    return chosen or candidates


def _inside(here: Any, part: int | str) -> Any:  # noqa: ANN401 - YAML
    if isinstance(here, list) and isinstance(part, int) and part < len(here):
        return here[part]
    return here.get(part) if isinstance(here, dict) else None
