"""How long a delivery still takes, from how it went so far. Pure."""

from __future__ import annotations

from collections import deque

# Seconds that are looked back: short enough to follow a line that changes, long enough that
# one large piece does not make the answer jump.
LOOK_BACK_S = 20.0
# Seconds of delivery before anything is said: the first guess would be a wild one.
PATIENCE_S = 3.0


class Pace:
    """Notes how much was sent by when."""

    def __init__(self) -> None:
        self._sent: deque[tuple[float, int]] = deque()

    def note(self, now_s: float, sent: int) -> None:
        """So many bytes were sent by now (monotonic seconds)."""
        self._sent.append((now_s, sent))
        while now_s - self._sent[0][0] > LOOK_BACK_S:
            self._sent.popleft()

    def left_s(self, left: int) -> float | None:
        """Seconds for the bytes that are left; ``None`` while nobody can tell."""
        if len(self._sent) < 2:
            return None
        (first_s, first), (last_s, last) = self._sent[0], self._sent[-1]
        if last_s - first_s < PATIENCE_S or last <= first:
            return None
        return left * (last_s - first_s) / (last - first)
