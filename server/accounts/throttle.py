"""Counts attempts by key (an address, an account), so that guessing becomes slow."""

from __future__ import annotations

from collections import OrderedDict, deque

from server.clock import MICROS_PER_SECOND

# A quarter of an hour: long enough to spoil guessing, short enough for the forgetful.
WINDOW_S = 900

# Keys remembered at once; an attacker with more addresses than this needs other means.
MAX_KEYS = 50_000


class Throttle:
    """At most ``attempts`` of one key within ``WINDOW_S``, not counting good ones."""

    def __init__(self, attempts: int) -> None:
        """Take how many are let pass."""
        self._attempts = attempts
        self._times: OrderedDict[str, deque[int]] = OrderedDict()

    def wait(self, key: str, now: int) -> int:
        """Seconds until ``key`` may try again; 0 where it may now."""
        times = self._times.get(key)
        if times is None:
            return 0
        while times and times[0] <= now - WINDOW_S * MICROS_PER_SECOND:
            times.popleft()
        if len(times) < self._attempts:
            return 0
        return WINDOW_S - (now - times[0]) // MICROS_PER_SECOND

    def count(self, key: str, now: int) -> None:
        """Count an attempt of ``key`` at ``now`` (microseconds)."""
        times = self._times.pop(key, None)
        if times is None:
            times = deque(maxlen=self._attempts)
        times.append(now)
        self._times[key] = times
        if len(self._times) > MAX_KEYS:
            self._times.popitem(last=False)

    def take_back(self, key: str) -> None:
        """The newest attempt was a good one: it does not count."""
        times = self._times.get(key)
        if times:
            times.pop()

    def forget(self, key: str) -> None:
        """``key`` starts afresh."""
        self._times.pop(key, None)
