"""``python -m tests.evaluation``: play the cases, print the table, write figures and document."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tests.evaluation import report
from tests.evaluation.people import ASSETS
from tests.evaluation.run import run

TIERS = ("anomalies", "liveness", "genuine")


def main() -> int:
    """Exit status 1 if a target does not hold."""
    parser = argparse.ArgumentParser(prog="evaluate")
    parser.add_argument("--tier", action="append", choices=TIERS)
    parser.add_argument("--most", type=int, help="cut every tier short; nothing is published")
    parser.add_argument("--kept", type=Path, help="report on the cases of this file again")
    asked = parser.parse_args()
    if asked.kept:
        outcomes = report.read(asked.kept)
    else:
        outcomes = run(frozenset(asked.tier or TIERS), asked.most)
        kept = ASSETS / "evaluation.json"
        text = json.dumps(outcomes.as_json(), indent=1, ensure_ascii=False)
        kept.write_text(text + "\n", encoding="utf-8")
    figures = report.figures(outcomes)
    sys.stdout.write(report.table(outcomes))
    for figure in figures:
        mark = {True: "holds", False: "MISSED", None: "not measured"}[figure["holds"]]
        sys.stdout.write(f"{figure['name']:26} {figure['value']!s:>10}  {mark}\n")
    if not asked.most and not asked.tier:
        report.publish(outcomes, figures)
    return 0 if all(figure["holds"] is not False for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
