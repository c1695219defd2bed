"""How far a long verification is, for whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable

# Told how many steps are done, and of how many: a step is a line or a piece looked at.
Progress = Callable[[int, int], None]

# A step takes a fraction of a millisecond; nobody watches each.
STEPS_BETWEEN = 100


class Meter:
    """Counts steps and reports every ``STEPS_BETWEEN`` of them, and the last."""

    def __init__(self, total: int, report: Progress | None = None) -> None:
        """Take how many steps there will be, and whom to tell."""
        self._total = total
        self._report = report
        self._done = 0

    def step(self) -> None:
        """One more is done."""
        self._done += 1
        if self._done % STEPS_BETWEEN == 0:
            self._tell()

    def finish(self) -> None:
        """All is done, however many steps there were after all."""
        self._done = self._total
        self._tell()

    def _tell(self) -> None:
        if self._report is not None:
            # A damaged bundle may have more to look at than it seemed.
            self._report(min(self._done, self._total), self._total)
