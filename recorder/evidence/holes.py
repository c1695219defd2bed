"""Holes in a stream: noticed when it stops, reported when it goes on or ends."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from recorder.capture.frames import StreamName
from recorder.capture.timeline import Timeline
from recorder.evidence.fragments import Emit
from shared.records import Gap

PAUSED = "the device paused"
SOUND_LOST = "sound was lost before it reached the recorder"
ENCODER_FAILED = "the encoder failed"
BACKLOG = "the computer was too slow to encode"

# After a failure a new encoder is tried no sooner: one gap a second, not one a picture.
RETRY_S = 1.0

NS_PER_US = 1_000


def gap(stream: StreamName, start_ns: int, end_ns: int, reason: str) -> Gap:
    """Say that a stream has nothing between two monotonic times, and why."""
    return Gap(
        stream=stream, start=start_ns // NS_PER_US, end=end_ns // NS_PER_US, reason=reason
    )


@dataclass(frozen=True, slots=True)
class _Open:
    since: int
    reason: str


class Holes:
    """At most one open hole; times are in the stream's ticks from the epoch's origin."""

    def __init__(
        self, stream: StreamName, timeline: Timeline, time_base: Fraction, emit: Emit
    ) -> None:
        self._stream: StreamName = stream
        self._timeline = timeline
        self._time_base = time_base
        self._emit = emit
        self._open: _Open | None = None
        self._reported = 0

    def begin(self, since: int, reason: str) -> None:
        """There is nothing since then. Of two in a row the earlier one counts."""
        if self._open is None or since < self._open.since:
            self._open = _Open(since, reason)

    def end(self, at: int) -> None:
        """There is something again, or the recording ends: report what was missing."""
        hole, self._open = self._open, None
        if hole is not None:
            self.report(hole.since, at, hole.reason)

    def forget(self) -> None:
        """Somebody else reports what is missing."""
        self._open = None

    def report(self, start: int, end: int, reason: str) -> None:
        """Report a hole of which both ends are known, but for what was reported before."""
        start = max(start, self._reported)
        if end > start:
            start_ns = self._timeline.at_ns(start, self._time_base)
            end_ns = self._timeline.at_ns(end, self._time_base)
            self._emit(gap(self._stream, start_ns, end_ns, reason))

    def missed(self, start_ns: int, end_ns: int, reason: str) -> None:
        """Report what was lost before it came here, so that nobody reports it again."""
        self._emit(gap(self._stream, start_ns, end_ns, reason))
        self._reported = self._timeline.pts(end_ns, self._time_base) + _ROUNDING_TICKS


# A time in nanoseconds and back in ticks may come out one off.
_ROUNDING_TICKS = 1
