"""One JSON schema of everything that a browser may send or be sent.

Stage: build time. ``web_client/scripts/wire.js`` turns it into TypeScript
(``npm run wire``). It never validates a message: the models themselves do.

``python -m shuanglu.wire.schema`` prints it.
"""

from __future__ import annotations

import inspect
import json
import sys
from types import ModuleType
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from shuanglu.script import model as script_model
from shuanglu.timeline import events
from shuanglu.wire import http, recordings, scripts, signalling, views

UNIONS: dict[str, TypeAdapter[Any]] = {
    "PhoneMessage": signalling.phone_message_adapter,
    "ServerMessage": signalling.server_message_adapter,
    "AnyPayload": TypeAdapter(events.AnyPayload),
}
"""Unions have no class, so their names are given here."""


class WireSchema(GenerateJsonSchema):
    """What the wire really carries: defaults are written out, and titles only repeat names."""

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,  # noqa: FBT001 - the overridden signature
    ) -> bool:
        """Every field is required: ours are serialised with their defaults."""
        del field, total
        return True

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401 - the overridden signature
        """Never: a title would become a type of its own in TypeScript."""
        del schema
        return False


def wire_schema() -> dict[str, Any]:
    """The schema: every model and union under ``$defs``, sorted by name."""
    adapters: dict[str, TypeAdapter[Any]] = {
        model.__name__: TypeAdapter(model)
        for module in (http, recordings, scripts, signalling, views)
        for model in _models_of(module)
    }
    adapters |= {"Text": TypeAdapter(script_model.Text), "Choice": TypeAdapter(script_model.Choice)}
    adapters |= {"Event": TypeAdapter(events.Event)} | UNIONS
    by_key, shared = TypeAdapter.json_schemas(
        [(name, "serialization", adapter) for name, adapter in adapters.items()],
        schema_generator=WireSchema,
    )
    definitions = dict(shared.get("$defs", {}))
    for name in UNIONS:
        definitions.setdefault(name, by_key[name, "serialization"])
    return {"$defs": {name: _untitled(definitions[name]) for name in sorted(definitions)}}


def _models_of(module: ModuleType) -> list[type[BaseModel]]:
    return [
        value
        for _, value in inspect.getmembers(module, inspect.isclass)
        if issubclass(value, BaseModel) and value.__module__ == module.__name__
    ]


def _untitled(definition: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in definition.items() if key != "title"}


if __name__ == "__main__":
    json.dump(wire_schema(), sys.stdout, ensure_ascii=False, indent=2, sort_keys=True)
