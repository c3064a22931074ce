"""``python -m tests.evaluation``: play the cases, print the table, write figures and document."""

from __future__ import annotations

import argparse
import json
import sys

from tests.evaluation import components, report
from tests.evaluation.outcome import Outcomes
from tests.evaluation.people import ASSETS
from tests.evaluation.run import Plan, run

TIERS = ("anomalies", "standins", "liveness", "genuine", "faces", "components")


def main() -> int:
    """Exit status 1 if a target does not hold."""
    parser = argparse.ArgumentParser(prog="evaluate")
    parser.add_argument(
        "--tier", action="append", choices=TIERS, help="play only these; the rest stay as they were"
    )
    parser.add_argument("--most", type=int, help="cut every tier short; nothing is published")
    parser.add_argument(
        "--at-once",
        type=int,
        default=1,
        help="sessions at the same time; each has a browser that encodes: times grow with it",
    )
    parser.add_argument("--again", action="store_true", help="report on the kept cases again")
    asked = parser.parse_args()
    kept = ASSETS / "evaluation_cut.json" if asked.most else report.CASES
    before = report.read(kept) if asked.tier and kept.exists() else Outcomes()

    def keep(outcomes: Outcomes) -> None:
        text = json.dumps(before.renewed_by(outcomes).as_json(), indent=1, ensure_ascii=False)
        kept.write_text(text + "\n", encoding="utf-8")

    if not asked.again:
        plan = Plan(frozenset(asked.tier or TIERS), asked.most, asked.at_once)
        keep(run(plan, keep=keep))
    outcomes = report.read(kept)
    figures = report.figures(outcomes)
    if not asked.again and (asked.tier is None or "components" in asked.tier):
        figures += components.figures()
    sys.stdout.write(report.table(outcomes))
    for figure in figures:
        mark = {True: "holds", False: "MISSED", None: "not measured"}[figure["holds"]]
        sys.stdout.write(f"{figure['name']:26} {figure['value']!s:>10}  {mark}\n")
    if not asked.most:
        report.publish(outcomes, figures)
    return 0 if all(figure["holds"] is not False for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
