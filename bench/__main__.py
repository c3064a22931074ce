"""Runs the benchmarks and writes ``bench/results.json``.

``python -m bench`` runs all, ``--only NAME`` those that give that figure or are in that module;
figures that were not run keep the result of their last run.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import journey, recorder, script_time

RESULTS = Path(__file__).with_name("results.json")

Figures = list[dict[str, Any]]
SUITES: dict[tuple[str, ...], Callable[[], Figures]] = {
    ("recorder_cpu_vs_mediarecorder", "sessions_per_core", "memory_per_session_mb"): recorder.run,
    ("join_to_first_segment_ms", "verdict_ms", "customer_js_gzip_kb"): journey.run,
    ("script_over_speech", "customer_taps_per_step", "analysis_core_share"): script_time.run,
}


def main() -> int:
    """Measure; exit status 1 if a target does not hold."""
    parser = argparse.ArgumentParser(prog="bench")
    names = sorted({name for suite, run in SUITES.items() for name in (*suite, _module(run))})
    parser.add_argument("--only", choices=names)
    only = parser.parse_args().only
    measured: Figures = []
    for suite, run in SUITES.items():
        if only is None or only in {*suite, _module(run)}:
            measured += run()
    _write(measured)
    for figure in measured:
        mark = "holds" if figure["holds"] else "MISSED"
        print(f"{figure['name']:34} {figure['value']:>10} {figure['unit']:12} {mark}", flush=True)
    return 0 if all(figure["holds"] for figure in measured) else 1


def _module(run: Callable[[], Figures]) -> str:
    """A suite's own name, for all of its figures."""
    return run.__module__.rpartition(".")[2]


def _write(measured: Figures) -> None:
    before = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    by_name = {figure["name"]: figure for figure in [*before, *measured]}
    ordered = sorted(by_name.values(), key=lambda figure: str(figure["name"]))
    RESULTS.write_text(json.dumps(ordered, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
