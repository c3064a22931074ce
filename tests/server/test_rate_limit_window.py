"""A limit says truthfully when it is over."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus

import pytest

from server.problems import RETRY_AFTER_S, problem
from server.rate_limit import SlidingWindow
from shuanglu.clock import ManualClock
from shuanglu.errors import TooManyAttemptsError, UnavailableError


def test_the_remaining_window_is_told_and_is_true() -> None:
    clock = ManualClock(datetime(2026, 11, 23, tzinfo=UTC))
    window = SlidingWindow(clock, limit=2, window_s=900)
    window.count("admin")
    clock.advance(ms=60_000)
    window.count("admin")
    clock.advance(ms=100_500)
    with pytest.raises(TooManyAttemptsError) as refused:
        window.check("admin")
    answer = problem(refused.value)
    assert answer.status == HTTPStatus.TOO_MANY_REQUESTS
    assert answer.headers["Retry-After"] == "740"
    clock.advance(ms=739_000)
    with pytest.raises(TooManyAttemptsError):
        window.check("admin")
    clock.advance(ms=1_000)
    window.check("admin")


def test_an_outage_has_no_window_of_its_own() -> None:
    assert problem(UnavailableError("away")).headers["Retry-After"] == str(RETRY_AFTER_S)
