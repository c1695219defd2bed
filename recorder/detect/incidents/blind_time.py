"""One stream's unobserved time, in pieces that touch and never overlap."""

from __future__ import annotations

from recorder.detect.observations import Blindness, Unobserved, WatchedStream

NS = 1_000_000_000

# A stretch that cannot be observed is reported at least this often, so that a heartbeat
# knows of it and a crash loses little.
UNOBSERVED_PIECE_NS = 10 * NS

# Pictures come every 33 ms and sound every 20-100 ms; without an observation for this long
# the stream is unobserved. A camera that gives a picture a second may miss one.
ABSENT_AFTER_NS = NS
MISSED_PICTURES = 2.5

# Nothing came: the time since the last observation was not observed either.
_MISSING = frozenset({Blindness.NO_INPUT, Blindness.DETECTOR_DOWN, Blindness.ASLEEP})


def absent_after_ns(fps: float) -> int:
    """How long a camera of so many pictures a second may give none before it is unobserved."""
    return max(ABSENT_AFTER_NS, round(MISSED_PICTURES * NS / fps))


class BlindTime:
    """Collects it."""

    def __init__(self, stream: WatchedStream) -> None:
        self._stream: WatchedStream = stream
        self._last_ns: int | None = None
        self._since_ns = 0
        self._reason: Blindness | None = None
        self._reported_ns = 0

    def total_ns(self, now_ns: int) -> int:
        """All unobserved time so far."""
        running = 0 if self._reason is None else max(0, now_ns - self._since_ns)
        return self._reported_ns + running

    def step(self, now_ns: int, reason: Blindness | None) -> list[Unobserved]:
        """Say what holds from now on; a missing input holds since the last word."""
        now_ns = now_ns if self._last_ns is None else max(now_ns, self._last_ns)
        found: list[Unobserved] = []
        long = now_ns - self._since_ns >= UNOBSERVED_PIECE_NS
        if self._reason is not None and (reason != self._reason or long):
            found = self._piece(now_ns)
        if reason is not None and self._reason is None:
            # A picture that shows nothing is blind from itself on; a missing one since the
            # last word.
            since_ns = self._last_ns if reason in _MISSING else None
            self._since_ns = now_ns if since_ns is None else since_ns
        self._reason = reason
        self._last_ns = now_ns
        return found

    def _piece(self, now_ns: int) -> list[Unobserved]:
        assert self._reason is not None
        piece = Unobserved(self._stream, self._since_ns, now_ns, self._reason)
        self._since_ns = now_ns
        self._reported_ns += piece.end_ns - piece.start_ns
        return [piece] if piece.end_ns > piece.start_ns else []
