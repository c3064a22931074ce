"""Writes the OpenAPI document of the public API; run by ``make docs``."""

from __future__ import annotations

import json
from pathlib import Path

from server.openapi import openapi_document
from server.route_table import API_ROUTES

TARGET = Path(__file__).parents[1] / "docs" / "openapi.json"


def main() -> None:
    """Write ``docs/openapi.json``."""
    document = openapi_document(API_ROUTES)
    TARGET.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
