"""When it is time to look again."""

from __future__ import annotations

NS = 1_000_000_000


class Turn:
    """Of a look that comes every so many seconds; the first is due at once."""

    def __init__(self) -> None:
        self._due_ns: int | None = None

    def overdue_s(self, now_ns: int) -> float | None:
        """By how much a look is overdue, ``None`` before its time."""
        if self._due_ns is None:
            return 0.0
        late_ns = now_ns - self._due_ns
        return late_ns / NS if late_ns >= 0 else None

    def looked(self, now_ns: int, every_s: float) -> None:
        """A look was made; the next is due so many seconds later."""
        self._due_ns = now_ns + round(every_s * NS)
