"""Outcomes to the figures of the issue and to the table of the docs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.evaluation import faces
from tests.evaluation.cases import SEED
from tests.evaluation.figures import Share, percentile
from tests.evaluation.outcome import (
    QUIET,
    EpisodeOutcome,
    FacePair,
    GenuineOutcome,
    LivenessOutcome,
    Outcomes,
)

ROOT = Path(__file__).parents[2]
BENCH = ROOT / "bench" / "evaluation.json"
RESULTS = ROOT / "bench" / "results.json"
OF_THE_SALE = "analysis_core_share"
"""What analysis costs is measured over a sale of a template (``make bench ONLY=script_time``)."""
CASES = ROOT / "bench" / "evaluation_cases.json"
"""Every case that was played whole, so that one tier can be played again without the others."""
REPLAYS = ("yesterday's session through a virtual camera", "yesterday's session on a screen")
AT_ONCE_ALERTS = frozenset(
    {"face_missing", "several_faces", "picture_black", "picture_covered", "picture_frozen",
     "picture_looped", "other_face"}
)  # fmt: skip
"""Alerts without a waiting time in the policy; for the others the fact must first last."""

Figure = dict[str, Any]


def read(path: Path) -> Outcomes:
    """The cases of an earlier run."""
    data = json.loads(path.read_bytes())
    return Outcomes(
        [EpisodeOutcome(**_tuples(case)) for case in data["episodes"]],
        [EpisodeOutcome(**_tuples(case)) for case in data.get("standins", ())],
        [GenuineOutcome(**_tuples(case)) for case in data["genuine"]],
        [LivenessOutcome(**_tuples(case)) for case in data["liveness"]],
        [FacePair(**pair) for pair in data["faces"]],
        data["broken"],
    )


def _tuples(case: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in case.items()}


def figures(outcomes: Outcomes) -> list[Figure]:
    """Those that the browser sessions give, by the issue's names."""
    anomalies = [*outcomes.episodes, *outcomes.standins]
    caught = Share(sum(e.verdict == "caught" for e in anomalies), len(anomalies))
    # The quiet stretches before the anomalies are no sessions: they stand in the table alone.
    whole = [case for case in outcomes.genuine if case.condition != QUIET]
    alarmed = Share(sum(bool(case.false_alarms) for case in whole), len(whole))
    replays = [case for case in outcomes.liveness if case.attack in REPLAYS]
    passed = Share(sum(case.passed for case in replays), len(replays))
    # Of one way to replay nothing follows for the other; one that passed is one too many.
    all_ways = {case.attack for case in replays} == set(REPLAYS)
    none_passed = (True if all_ways else None) if passed.count == 0 else False
    times = [
        e.to_alert_s
        for e in outcomes.episodes
        if e.to_alert_s is not None and e.alert in AT_ONCE_ALERTS
    ]
    return [
        _share("anomalies_caught", caught, ">= 0.95", holds=caught.value >= 0.95),
        _share("false_alarm_sessions", alarmed, "<= 0.02", holds=alarmed.value <= 0.02),
        {**_share("replay_passed_liveness", passed, "0", holds=none_passed),
         "value": passed.count, "unit": "sessions"},
        _time("picture_alert_p50_s", times, 0.5, 1.0),
        _time("picture_alert_p95_s", times, 0.95, 2.0),
        _time("phrase_alert_browser_p95_s", _phrase_times(outcomes), 0.95, 2.0),
        _faces(outcomes),
    ]  # fmt: skip


def _faces(outcomes: Outcomes) -> Figure:
    wrong, near = faces.errors(outcomes.faces), faces.unsure(outcomes.faces)
    own = [pair.score for pair in outcomes.faces if pair.card == pair.live]
    others = [pair.score for pair in outcomes.faces if pair.card != pair.live]
    return {
        "name": "face_match_errors",
        "value": len(wrong),
        "unit": "pairs",
        "target": "0",
        "holds": not wrong if outcomes.faces else None,
        "details": {
            "people": len(own),
            "genuine_pairs": len(own),
            "of_one_photograph": sum(pair.one_photograph for pair in outcomes.faces),
            "impostor_pairs": len(others),
            "genuine_least": min(own, default=None),
            "impostor_most": max(others, default=None),
            "near_misses": [f"{pair.card} / {pair.live}: {pair.score}" for pair in near],
            "errors": [f"{pair.card} / {pair.live}: {pair.score}" for pair in wrong],
            "scores": {f"{pair.card} / {pair.live}": pair.score for pair in outcomes.faces},
        },
    }


def _phrase_times(outcomes: Outcomes) -> list[float]:
    said = [e for e in outcomes.episodes if e.sense == "words"]
    return [e.to_alert_s for e in said if e.to_alert_s is not None]


def _share(name: str, share: Share, target: str, *, holds: bool | None) -> Figure:
    low, high = share.interval
    return {
        "name": name,
        "value": round(share.value, 3),
        "unit": "share",
        "target": target,
        "holds": holds if share.of else None,
        "details": {
            "count": share.count,
            "of": share.of,
            "interval_95": [round(low, 3), round(high, 3)],
            "seed": SEED,
        },
    }


def _time(name: str, times: list[float], share: float, target_s: float) -> Figure:
    value = round(percentile(times, share), 2) if times else None
    return {
        "name": name,
        "value": value,
        "unit": "s",
        "target": f"<= {target_s:g}",
        "holds": None if value is None else value <= target_s,
        "details": {"count": len(times), "all_s": sorted(times), "seed": SEED},
    }


# --- the table ------------------------------------------------------------------------------


def table(outcomes: Outcomes) -> str:
    """Markdown: per anomaly, per attack, per condition."""
    return "\n".join([*_anomalies(outcomes), *_liveness(outcomes), *_genuine(outcomes), ""])


def _anomalies(outcomes: Outcomes) -> list[str]:
    lines = ["| anomaly | caught | missed | inconclusive | median s to alert | false alarms |",
             "|---|---|---|---|---|---|"]  # fmt: skip
    anomalies = [*outcomes.episodes, *outcomes.standins]
    for name in dict.fromkeys(e.name for e in anomalies):
        cases = [e for e in anomalies if e.name == name]
        counts = [sum(e.verdict == kind for e in cases) for kind in ("missed", "inconclusive")]
        times = [e.to_alert_s for e in cases if e.to_alert_s is not None]
        middle = f"{percentile(times, 0.5):.1f}" if times else "–"
        false = ", ".join(sorted({alarm for e in cases for alarm in e.false_alarms})) or "–"
        share = Share(sum(e.verdict == "caught" for e in cases), len(cases))
        lines.append(f"| {name} | {share} | {counts[0]} | {counts[1]} | {middle} | {false} |")
    return lines


def _liveness(outcomes: Outcomes) -> list[str]:
    lines = ["", "| before the liveness step | passed | refused or out of time | judgements |",
             "|---|---|---|---|"]  # fmt: skip
    for attack in dict.fromkeys(case.attack for case in outcomes.liveness):
        cases = [case for case in outcomes.liveness if case.attack == attack]
        share = Share(sum(case.passed for case in cases), len(cases))
        judged = [judgement for case in cases for judgement in case.judged]
        counted = ", ".join(f"{kind} {judged.count(kind)}" for kind in sorted(set(judged)))
        lines.append(f"| {attack} | {share} | {len(cases) - share.count} | {counted} |")
    return lines


def _genuine(outcomes: Outcomes) -> list[str]:
    lines = ["", "| genuine, condition | sessions | with a false alarm | which |",
             "|---|---|---|---|"]  # fmt: skip
    for condition in dict.fromkeys(case.condition for case in outcomes.genuine):
        cases = [case for case in outcomes.genuine if case.condition == condition]
        which = sorted({alarm for case in cases for alarm in case.false_alarms})
        share = Share(sum(bool(case.false_alarms) for case in cases), len(cases))
        lines.append(f"| {condition} | {len(cases)} | {share} | {', '.join(which) or '–'} |")
    return lines


def publish(outcomes: Outcomes, measured: list[Figure]) -> None:
    """Write the figures beside the benchmarks' and the table into the document."""
    before = json.loads(BENCH.read_text()) if BENCH.exists() else []
    sale = json.loads(RESULTS.read_text())
    told = [figure for figure in measured if figure["holds"] is not None]
    told += [figure for figure in sale if figure["name"] == OF_THE_SALE]
    by_name = {figure["name"]: figure for figure in [*before, *told]}
    ordered = sorted(by_name.values(), key=lambda figure: str(figure["name"]))
    BENCH.write_text(json.dumps(ordered, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    document = ROOT / "docs" / "evaluation.md"
    text = document.read_text(encoding="utf-8")
    begin, end = "<!-- table: begin -->", "<!-- table: end -->"
    head, _, rest = text.partition(begin)
    tail = rest.partition(end)[2]
    document.write_text(f"{head}{begin}\n{table(outcomes)}\n{end}{tail}", encoding="utf-8")
