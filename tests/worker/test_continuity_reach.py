"""Between two comparisons of a face an answer or a signature still finds the earlier one."""

from __future__ import annotations

from media_worker.direct.continuity import REACH_MS
from media_worker.observe.recognising import RECOGNISE_EVERY_MS
from media_worker.observe.settings import ObserverSettings
from shuanglu.rules.policy import shipped_policy
from shuanglu.timeline.events import Fact


def test_a_comparison_is_looked_for_as_far_back_as_the_next_one_may_be_late() -> None:
    two_looks_ms = 2 * ObserverSettings().watch_interval_ms
    assert RECOGNISE_EVERY_MS + two_looks_ms <= REACH_MS


def test_no_older_one_counts_than_the_policy_lets_an_identity_stand() -> None:
    assert shipped_policy().stale_after_ms[Fact.IDENTITY] == REACH_MS
