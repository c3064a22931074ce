"""How much JavaScript the customer's page has loaded when it asks for the camera.

Counts what the browser really fetched until then, lazily loaded parts included, each file
compressed by gzip as a server would.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Page, Response

DIST = Path(__file__).parents[1] / "web_client" / "dist"
TARGET_KB = 150


class FetchedScripts:
    """Listens to a page and remembers which of our scripts it fetched."""

    def __init__(self, page: Page) -> None:
        self._paths: set[str] = set()
        page.on("response", self._seen)

    def _seen(self, response: Response) -> None:
        path = urlsplit(response.url).path
        if path.endswith(".js"):
            self._paths.add(path.lstrip("/"))

    def gzip_bytes(self) -> dict[str, int]:
        """Compressed size of each file fetched so far."""
        return {
            path: len(gzip.compress((DIST / path).read_bytes(), 9)) for path in sorted(self._paths)
        }


def figure(files_bytes: dict[str, int]) -> dict[str, Any]:
    """The figure ``customer_js_gzip_kb``."""
    value_kb = round(sum(files_bytes.values()) / 1000, 1)
    return {
        "name": "customer_js_gzip_kb",
        "value": value_kb,
        "unit": "kB",
        "target": f"<= {TARGET_KB}",
        "holds": 0 < value_kb <= TARGET_KB,
        "details": {"files_bytes": files_bytes},
    }
