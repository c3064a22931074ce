"""Writes the JSON Schema of the script language; run by ``make docs``."""

from __future__ import annotations

import json
from pathlib import Path

from shuanglu.script.schema import script_schema

TARGET = Path(__file__).parents[1] / "docs" / "script.schema.json"


def main() -> None:
    """Write ``docs/script.schema.json``."""
    text = json.dumps(script_schema(), indent=1, ensure_ascii=False)
    TARGET.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
