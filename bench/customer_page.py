"""How much JavaScript the customer's page loads before the camera opens.

Counts the entry of the built page and everything that it imports statically, each file
compressed by gzip as a server would; lazily loaded steps do not count.
"""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

DIST = Path(__file__).parents[1] / "web_client" / "dist"
TARGET_KB = 150
_SCRIPT = re.compile(r'(?:src|href)="(/[^"]+\.js)"')
# Static imports of a bundled module: import … from "./x.js", import "./x.js", export … from.
_IMPORT = re.compile(r'(?:from|import)\s*"(\.{1,2}/[^"]+\.js)"')


def run() -> list[dict[str, Any]]:
    """The figure ``customer_js_gzip_kb``."""
    files = _loaded_at_start(DIST / "customer" / "index.html")
    sizes = {str(f.relative_to(DIST)): len(gzip.compress(f.read_bytes(), 9)) for f in files}
    value_kb = round(sum(sizes.values()) / 1000, 1)
    return [
        {
            "name": "customer_js_gzip_kb",
            "value": value_kb,
            "unit": "kB",
            "target": f"<= {TARGET_KB}",
            "holds": value_kb <= TARGET_KB,
            "details": {"files_bytes": sizes},
        }
    ]


def _loaded_at_start(page: Path) -> set[Path]:
    waiting = [DIST / name.lstrip("/") for name in _SCRIPT.findall(page.read_text())]
    found: set[Path] = set()
    while waiting:
        file = waiting.pop().resolve()
        if file in found:
            continue
        found.add(file)
        waiting += [file.parent / name for name in _IMPORT.findall(file.read_text())]
    return found
