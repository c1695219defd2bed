"""A computer that sleeps when a test says so."""

from __future__ import annotations

from collections.abc import Callable

from recorder.clock import Pair
from recorder.sleeps import Sleeps

S = 1_000_000_000


class SleepyClock:
    """Two clocks that part in sleep; each look at one takes ``step_ns``."""

    def __init__(self, now_ns: int = 1_000 * S) -> None:
        self.awake_ns = now_ns
        self.asleep_ns = 0
        self.step_ns = 0
        self.on_wake: Callable[[], object] = lambda: None

    def __call__(self) -> int:
        """The evidence clock."""
        return self._awake() + self.asleep_ns

    def _awake(self) -> int:
        self.awake_ns += self.step_ns
        return self.awake_ns

    @property
    def pair(self) -> Pair:
        return Pair(self, self._awake)

    def passes(self, seconds: float) -> None:
        self.awake_ns += round(seconds * S)

    def sleeps(self, seconds: float) -> None:
        self.asleep_ns += round(seconds * S)
        self.on_wake()


def watched(clock: SleepyClock) -> Sleeps:
    return Sleeps(clock.pair)
