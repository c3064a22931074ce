"""Limits on how often: a count per key in a sliding window, in this process's memory.

Stage: before anything costly. It keeps at most a named number of keys, so that a flood
of addresses cannot fill the memory; keys longest unused are forgotten first.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass

from server.settings import ServerSettings
from shuanglu.clock import Clock
from shuanglu.errors import TooManyAttemptsError

MAX_KEYS = 50_000


class SlidingWindow:
    """At most ``limit`` events of one key in any ``window_s`` seconds."""

    def __init__(self, clock: Clock, *, limit: int, window_s: int) -> None:
        self._clock = clock
        self._limit = limit
        self._window_ms = window_s * 1000
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, key: str) -> None:
        """Raises ``TooManyAttemptsError`` when the limit is reached; counts nothing."""
        recent = self._recent(key)
        if len(recent) >= self._limit:
            # The place is free again when the event leaves the window that fills it now.
            free_ms = recent[len(recent) - self._limit] + self._window_ms
            raise TooManyAttemptsError(
                "too many attempts; try again later",
                retry_after_s=(free_ms - self._clock.monotonic_ms()) / 1000,
            )

    def count(self, key: str) -> None:
        """Counts one event, or raises ``TooManyAttemptsError`` when the limit is reached."""
        self.check(key)
        recent = self._seen.setdefault(key, deque())
        recent.append(self._clock.monotonic_ms())
        self._seen.move_to_end(key)
        while len(self._seen) > MAX_KEYS:
            self._seen.popitem(last=False)

    def forget(self, key: str) -> None:
        """Starts anew for this key."""
        self._seen.pop(key, None)

    def undo(self, key: str) -> None:
        """Takes the latest event back: it turned out to be none that counts."""
        recent = self._recent(key)
        if recent:
            recent.pop()

    def _recent(self, key: str) -> deque[float]:
        recent = self._seen.get(key)
        if recent is None:
            return deque()
        oldest = self._clock.monotonic_ms() - self._window_ms
        while recent and recent[0] <= oldest:
            recent.popleft()
        if not recent:
            del self._seen[key]
        return recent


@dataclass(frozen=True, slots=True)
class Limits:
    """Every limit on rate, by what it protects."""

    login_name: SlidingWindow
    login_address: SlidingWindow
    code_address: SlidingWindow
    passkey_address: SlidingWindow
    customer: SlidingWindow
    signature: SlidingWindow
    screen: SlidingWindow
    handover: SlidingWindow
    handover_guess: SlidingWindow


def limits(settings: ServerSettings, clock: Clock) -> Limits:
    """The limits that the settings name."""
    lockout_s = settings.login_lockout_s
    return Limits(
        login_name=SlidingWindow(clock, limit=settings.login_attempts_per_name, window_s=lockout_s),
        login_address=SlidingWindow(
            clock, limit=settings.login_attempts_per_address, window_s=lockout_s
        ),
        passkey_address=SlidingWindow(
            clock,
            limit=settings.passkey_attempts_per_address,
            window_s=settings.code_attempts_window_s,
        ),
        code_address=SlidingWindow(
            clock,
            limit=settings.code_attempts_per_address,
            window_s=settings.code_attempts_window_s,
        ),
        customer=SlidingWindow(
            clock,
            limit=settings.customer_requests_per_window,
            window_s=settings.customer_requests_window_s,
        ),
        signature=SlidingWindow(
            clock,
            limit=settings.signatures_per_window,
            window_s=settings.customer_requests_window_s,
        ),
        screen=SlidingWindow(
            clock,
            limit=settings.screen_pieces_per_window,
            window_s=settings.customer_requests_window_s,
        ),
        handover=SlidingWindow(
            clock,
            limit=settings.handovers_per_window,
            window_s=settings.customer_requests_window_s,
        ),
        handover_guess=SlidingWindow(
            clock,
            limit=settings.handover_guesses_per_window,
            window_s=settings.code_attempts_window_s,
        ),
    )
