"""Runs the benchmarks and writes ``bench/results.json``.

``python -m bench`` runs all, ``--only NAME`` those that give that figure; figures that
were not run keep the result of their last run.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import journey, recorder

RESULTS = Path(__file__).with_name("results.json")

Figures = list[dict[str, Any]]
SUITES: dict[tuple[str, ...], Callable[[], Figures]] = {
    ("recorder_cpu_vs_mediarecorder", "sessions_per_core", "memory_per_session_mb"): recorder.run,
    ("join_to_first_segment_ms", "verdict_ms", "customer_js_gzip_kb"): journey.run,
}


def main() -> int:
    """Measure; exit status 1 if a target does not hold."""
    parser = argparse.ArgumentParser(prog="bench")
    names = sorted(name for suite in SUITES for name in suite)
    parser.add_argument("--only", choices=names)
    only = parser.parse_args().only
    measured: Figures = []
    for suite, run in SUITES.items():
        if only is None or only in suite:
            measured += run()
    _write(measured)
    for figure in measured:
        mark = "holds" if figure["holds"] else "MISSED"
        print(f"{figure['name']:34} {figure['value']:>10} {figure['unit']:12} {mark}", flush=True)
    return 0 if all(figure["holds"] for figure in measured) else 1


def _write(measured: Figures) -> None:
    before = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    by_name = {figure["name"]: figure for figure in [*before, *measured]}
    ordered = sorted(by_name.values(), key=lambda figure: str(figure["name"]))
    RESULTS.write_text(json.dumps(ordered, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
