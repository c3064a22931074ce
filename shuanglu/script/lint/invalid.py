"""What makes a text no script, field by field, in sentences that a compliance officer reads.

Stage: inside the linter, between pydantic and the findings. Nobody is shown pydantic's own
words but where it says something new; ``tests/script/lint`` looks for such a case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from shuanglu.script.lint.finding import Finding, finding
from shuanglu.script.lint.language import fields_at, kinds, kinds_with, nearest
from shuanglu.script.lint.places import Path, Written
from shuanglu.script.lint.sentences import field_named, quoted, sentence
from shuanglu.script.lint.whereabouts import whereabouts
from shuanglu.script.refusal import AT
from shuanglu.script.steps import Text

Told = tuple[str, dict[str, str]]
"""A reason, and what its sentence names."""
TOLD_BY_ORDER = "asks_later"
UNKNOWN = "wrong"
"""The reason of a finding for which nobody has written a sentence."""
_PLAIN = {
    "model_type": "bad_map",
    "model_attributes_type": "bad_map",
    "tuple_type": "bad_list",
    "string_type": "bad_text",
    "bool_type": "bad_flag",
    "bool_parsing": "bad_flag",
    "int_type": "bad_number",
    "int_parsing": "bad_number",
    "int_parsing_size": "bad_number",
    "int_from_float": "bad_number",
    "finite_number": "bad_number",
    "date_type": "bad_date",
    "date_parsing": "bad_date",
    "date_from_datetime_parsing": "bad_date",
    "date_from_datetime_inexact": "bad_date",
    "missing": "missing",
    "union_tag_not_found": "missing",
    "string_too_short": "empty_text",
}
"""Reasons that need to name no more than the field and what was written."""
_COUNTED = {
    "greater_than_equal": ("below_least", "least", "ge"),
    "less_than_equal": ("above_most", "most", "le"),
    "string_too_long": ("text_too_long", "most", "max_length"),
    "too_short": ("too_few", "least", "min_length"),
    "too_long": ("too_many", "most", "max_length"),
}
_FORMS = {"^[a-z][a-z0-9-]{1,39}$": "2", "^[a-z][a-z0-9-]{0,39}$": "1"}
"""Patterns of ids of up to 40 characters, with the least; choices' ids have at most 20."""
_CHOICE_ID = "^[a-z][a-z0-9-]{0,19}$"
_CONDITION_VALUES = frozenset({"int", "bool", "str"})


def invalid(written: Written, error: ValidationError, *, has_cause: bool) -> list[Finding]:
    """Each wrong field once; that a condition asks of later steps, ``order`` says at its place."""
    found: dict[tuple[Path, str], Finding] = {}
    for one in error.errors(include_url=False):
        if one["type"] != TOLD_BY_ORDER or not has_cause:
            each = _finding(written, one)
            found.setdefault((tuple(each.path.split(".")), each.reason or ""), each)
    return list(found.values())


def _finding(written: Written, one: ErrorDetails) -> Finding:
    path = (*_path(one["loc"]), *one.get("ctx", {}).get(AT, ()))
    reason, named = _told(written, path, one)
    if one["type"] == "union_tag_not_found":
        path = (*path, "kind")
    said = sentence(reason, named, field_named(path))
    message = _placed(said, whereabouts(path, written.data))
    return finding(written, path, "not_a_script", message, reason=reason, params=named)


def _placed(said: Text, where: Text | None) -> Text:
    if where is None:
        return said
    return Text(zh=f"{where.zh}：{said.zh}", en=f"{where.en}: {said.en}")


def _path(loc: Path) -> Path:
    """Without what stands in pydantic's path but not in the text: kinds of step, types of values.

    A kind cannot be told from a field of that name, but by its place: a step of the kind
    ``document`` has one.
    """
    path = (*loc[:2], *loc[3:]) if loc[:1] == ("steps",) else loc
    if len(path) > 2 and path[-3] == "is" and path[-1] in _CONDITION_VALUES:  # noqa: PLR2004 - is, its number, a type
        return path[:-1]
    return path


def _told(written: Written, path: Path, one: ErrorDetails) -> Told:
    kind, value = one["type"], one["input"]
    if len(path) > 1 and path[-2] == "is":
        return "bad_value_of_condition", {"value": quoted(value)}
    if not path and kind in {"model_type", "model_attributes_type"}:
        return ("empty_file" if value is None else "no_script"), {}
    if kind in _PLAIN:
        return _PLAIN[kind], {"value": quoted(value)}
    if kind == "extra_forbidden":
        return _unknown_field(written, path)
    return _limited(one)


def _limited(one: ErrorDetails) -> Told:
    """Too many, too few, or none of those that are permitted."""
    kind, ctx, value = one["type"], one.get("ctx", {}), one["input"]
    if kind in _COUNTED:
        reason, limit, key = _COUNTED[kind]
        count = str(len(value)) if isinstance(value, str | list | tuple) else ""
        return reason, {limit: str(ctx[key]), "count": count, "value": quoted(value)}
    match kind:
        case "union_tag_invalid":
            return "unknown_kind", _among(str(ctx["tag"]), kinds())
        case "literal_error" | "enum":
            return "one_of", _among(quoted(value), _expected(ctx))
        case "string_pattern_mismatch":
            return _wrong_form(str(ctx["pattern"]), quoted(value))
    return _by_own_code(one)


def _by_own_code(one: ErrorDetails) -> Told:
    """The refusals of our own validators, whose codes are reasons."""
    ctx = one.get("ctx", {})
    named = {name: str(value) for name, value in ctx.items() if name != AT}
    if AT in ctx:
        if "kind" in named:
            named["type"] = {"bool": "true/false", "int": "1, 2, 3…"}.get(named["kind"], "text")
        return one["type"], named
    return UNKNOWN, {"problem": one["msg"]}


def _unknown_field(written: Written, path: Path) -> Told:
    name, around = str(path[-1]), path[:-1]
    own = _kind_at(written.data, around)
    others = kinds_with(name) if own else ()
    if own and others:
        return "other_kind", {"kind": own, "kinds": ", ".join(others)}
    named = _among(name, fields_at(around, written.data))
    return "unknown_field", {"name": name, **named}


def _kind_at(data: Any, path: Path) -> str | None:  # noqa: ANN401 - YAML
    """The kind of the step that ``path`` is, if it is one."""
    match path:
        case ("steps", int() as number):
            kind = data["steps"][number].get("kind")
            return kind if isinstance(kind, str) else None
    return None


def _among(value: str, allowed: tuple[str, ...]) -> dict[str, str]:
    near = nearest(value, allowed)
    return {
        "value": value,
        "allowed": ", ".join(allowed),
        "near": near or "",
        "near_zh": f"，是不是 {near}？" if near else "",
        "near_en": f"; is it {near}?" if near else "",
    }


def _expected(ctx: Mapping[str, Any]) -> tuple[str, ...]:
    """Out of ``'a', 'b' or 'c'``."""
    told = str(ctx["expected"]).replace(" or ", ", ")
    return tuple(each.strip("'") for each in told.split(", "))


def _wrong_form(pattern: str, value: str) -> Told:
    if pattern == _CHOICE_ID:
        return "wrong_form_id", {"value": value, "least": "1", "most": "20"}
    if pattern in _FORMS:
        return "wrong_form_id", {"value": value, "least": _FORMS[pattern], "most": "40"}
    return "wrong_form_sha256", {}
