from __future__ import annotations

import math

import pytest

from tests.evaluation.figures import Share, percentile
from tests.evaluation.outcome import QUIET, EpisodeOutcome, GenuineOutcome, Outcomes
from tests.evaluation.report import figures, table


def test_an_interval_holds_the_published_values() -> None:
    low, high = Share(9, 10).interval
    assert low == pytest.approx(0.5550, abs=1e-3)
    assert high == pytest.approx(0.9975, abs=1e-3)
    assert Share(0, 0).interval == (0.0, 1.0)
    assert Share(10, 10).interval[0] == pytest.approx(0.6915, abs=1e-3)


@pytest.mark.parametrize(("share", "value"), [(0.5, 3.0), (0.95, 5.0), (0.0, 1.0)])
def test_a_percentile_is_one_of_the_values(share: float, value: float) -> None:
    assert percentile([5.0, 1.0, 3.0, 2.0, 4.0], share) == value
    assert math.isnan(percentile([], share))


def _episode(verdict: str, to_alert_s: float | None, alert: str | None) -> EpisodeOutcome:
    assert verdict in {"caught", "missed"}
    return EpisodeOutcome(
        "audrey", "nobody", "picture", "caught" if alert else "missed", to_alert_s, alert, ()
    )


def test_figures_bear_the_issues_names_and_never_claim_what_was_not_measured() -> None:
    by_name = {figure["name"]: figure for figure in figures(Outcomes())}
    assert set(by_name) == {
        "anomalies_caught",
        "false_alarm_sessions",
        "replay_passed_liveness",
        "face_match_errors",
        "picture_alert_p50_s",
        "picture_alert_p95_s",
        "phrase_alert_browser_p95_s",
    }
    assert {figure["holds"] for figure in by_name.values()} == {None}


def test_what_was_missed_counts_against_the_target() -> None:
    outcomes = Outcomes(
        episodes=[
            _episode("caught", 0.8, "face_missing"),
            _episode("missed", None, None),
        ],
        genuine=[
            GenuineOutcome("audrey", QUIET, 20.0, ()),
            GenuineOutcome("cage", "glasses", 50.0, ("too_dark",)),
        ],
    )
    by_name = {figure["name"]: figure for figure in figures(outcomes)}
    assert by_name["anomalies_caught"]["value"] == 0.5
    assert by_name["anomalies_caught"]["holds"] is False
    assert by_name["false_alarm_sessions"]["holds"] is False
    assert by_name["picture_alert_p50_s"]["value"] == 0.8
    assert "| nobody | 1/2 (" in table(outcomes)


def test_who_stands_in_for_the_customer_is_an_anomaly_too() -> None:
    outcomes = Outcomes(
        episodes=[_episode("caught", 0.8, "face_missing"), _episode("missed", None, None)],
        standins=[_episode("caught", None, "other_voice")] * 2,
    )
    assert figures(outcomes)[0]["details"]["count"] == 3
    assert figures(outcomes)[0]["details"]["of"] == 4
    assert "| nobody | 3/4 (" in table(outcomes)


def test_a_quiet_stretch_is_no_session() -> None:
    outcomes = Outcomes(genuine=[GenuineOutcome("audrey", QUIET, 20.0, ())])
    by_name = {figure["name"]: figure for figure in figures(outcomes)}
    assert by_name["false_alarm_sessions"]["holds"] is None


def test_a_tier_that_was_played_again_replaces_its_own_cases_alone() -> None:
    old = Outcomes(
        episodes=[_episode("missed", None, None)],
        genuine=[
            GenuineOutcome("audrey", QUIET, 20.0, ()),
            GenuineOutcome("cage", "glasses", 50.0, ()),
        ],
    )
    newer = Outcomes(genuine=[GenuineOutcome("kim", "as usual", 50.0, ())])
    old.standins = [_episode("caught", 0.3, "other_voice")]
    merged = old.renewed_by(newer)
    assert merged.standins == old.standins
    assert [case.person for case in merged.genuine] == ["audrey", "kim"]
    assert merged.episodes == old.episodes
