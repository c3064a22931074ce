"""The script language as a JSON Schema, for editors that check YAML while it is written.

Stage: while a script is written. It says which fields there are; what only the whole script
can be wrong in (order, hashes, demands) the linter says.
"""

from __future__ import annotations

from typing import Any

from shuanglu.script.model import Script


def script_schema() -> dict[str, Any]:
    """Draft 2020-12, under ``docs/script.schema.json``."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "shuanglu/script.schema.json",
        **Script.model_json_schema(by_alias=True),
    }
