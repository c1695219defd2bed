"""So many a second and no more: which pictures of a faster device are handed on."""

from __future__ import annotations

from recorder.capture.timeline import NS_PER_S

# A picture this share of an interval early is still taken: cameras jitter, and 30 asked of
# 30.1 must not become 29.
SLACK = 0.25


class Cadence:
    """Thins a stream to at most ``fps``, whatever its own rate is."""

    def __init__(self, fps: float) -> None:
        self.interval_ns = int(NS_PER_S / fps)
        self._next_ns: int | None = None

    def wants(self, at_ns: int) -> bool:
        """Whether a picture at this time is due."""
        return self._next_ns is None or at_ns >= self._next_ns - SLACK * self.interval_ns

    def took(self, at_ns: int) -> None:
        """A picture was handed on; the next is due an interval after this one was."""
        due = at_ns if self._next_ns is None else self._next_ns
        self._next_ns = max(due, at_ns - self.interval_ns) + self.interval_ns
