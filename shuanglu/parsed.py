"""Data from a file as a model, or the one refusal that names its first wrong field.

Stage: where YAML or JSON of ours comes in. What strangers send is read at the edges, whose
refusals repeat nothing of it.
"""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from shuanglu.errors import InvalidInputError

M = TypeVar("M", bound=BaseModel)


def parsed(model: type[M], data: Any, *, whole: str) -> M:  # noqa: ANN401 - any YAML or JSON
    """``data`` as ``model``; raises ``InvalidInputError``, whose field is ``whole`` if none."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or whole
        raise InvalidInputError(first["msg"], field=place) from error
