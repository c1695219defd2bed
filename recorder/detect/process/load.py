"""What detection costs, measured, and the pace that follows from it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from recorder.detect.process.offers import Counts
from recorder.detect.process.pace import LOOK_NS, Load, Pace, PaceChange

_NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class Conditions:
    """What else there is on the computer: the share of its processors in use (0..1), and
    whether evidence is late because of it.
    """

    machine: float = 0.0
    evidence_late: bool = False


class LoadWatch:
    """Collects what answers cost and asks the pace. The supervisor's thread; ``newest`` and
    ``take_changes`` from any.
    """

    def __init__(
        self, counts: Callable[[], Counts], conditions: Callable[[], Conditions]
    ) -> None:
        self.pace = Pace()
        self.newest: Load | None = None
        self._counts = counts
        self._conditions = conditions
        self._since_ns: int | None = None
        self._before = Counts(0, 0, 0)
        self._held_ns = 0
        self._answers_ns: list[int] = []
        self._lock = threading.Lock()
        self._changes: list[PaceChange] = []

    def answered(self, took_ns: int, *, faces_only: bool) -> None:
        """The detector had a picture for so long; ``faces_only`` where nothing was sampled."""
        self._held_ns += took_ns
        if faces_only:
            self._answers_ns.append(took_ns)

    def look(self, awake_ns: int, now_ns: int) -> PaceChange | None:
        """Look at the load when it is time to; the change that follows, stamped ``now_ns``."""
        if self._since_ns is None:
            self._begin(awake_ns)
        if self._since_ns is None or awake_ns - self._since_ns < LOOK_NS:
            return None
        self.newest = load = self._load(awake_ns - self._since_ns)
        self._begin(awake_ns)
        change = self.pace.look(now_ns, load)
        if change is not None:
            with self._lock:
                self._changes.append(change)
        return change

    def restart(self) -> None:
        """The detector is another one, or none: measure from the next look on."""
        self._since_ns = None

    def take_changes(self) -> list[PaceChange]:
        """The changes since the last call, oldest first."""
        with self._lock:
            changes, self._changes = self._changes, []
        return changes

    def _begin(self, awake_ns: int) -> None:
        self._since_ns, self._before = awake_ns, self._counts()
        self._held_ns, self._answers_ns = 0, []

    def _load(self, elapsed_ns: int) -> Load:
        counts, before, others = self._counts(), self._before, self._conditions()
        seen, skipped = counts.seen - before.seen, counts.skipped - before.skipped
        return Load(
            busy=min(1.0, self._held_ns / elapsed_ns),
            skipped=skipped / max(1, seen + skipped),
            answer_ms=_percentile(self._answers_ns) / _NS_PER_MS,
            machine=others.machine,
            evidence_late=others.evidence_late,
        )


def _percentile(values: list[int]) -> int:
    """The 95th percentile (nearest rank), 0 of nothing."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, len(ranked) * 95 // 100)] if ranked else 0
