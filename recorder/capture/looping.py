"""Where the running repetition of a file began, so that a loop is a clock.

Position nought lies at the timeline's origin: picture and sound of one file stay in step
although two threads play them, and a file opened late joins where it would be.
"""

from __future__ import annotations

from pathlib import Path

import structlog

from recorder.capture.media_file import FileEnd
from recorder.capture.timeline import NS_PER_S

_log = structlog.get_logger(__name__)

# Loops last a whole number of these, so that a loop is a whole number of samples too.
_LOOP_GRAIN_NS = 1_000_000

PLAYABLE = "Give a recording that plays in a media player."


class Loop:
    """Where on the monotonic clock the running repetition of a file began."""

    def __init__(self, path: Path, origin_ns: int) -> None:
        self.start_ns = origin_ns
        self.note = ""
        self._path = path

    def join(self, now_ns: int, length_ns: int | None) -> int:
        """Move to the repetition that is running now; gives the position in it."""
        period = period_ns(length_ns or 0)
        if now_ns > self.start_ns and period > 0:
            self.start_ns += (now_ns - self.start_ns) // period * period
        return max(0, now_ns - self.start_ns)

    def end(self, end: FileEnd) -> int:
        """Begin the next repetition; gives the length of the last one."""
        if end.cut_short and not self.note:
            seconds = end.length_ns / NS_PER_S
            self.note = f"cut short: its first {seconds:.1f} s are repeated"
            _log.warning("file_cut_short", path=str(self._path), decodable_s=round(seconds, 1))
        period = period_ns(end.length_ns)
        self.start_ns += period
        return period


def period_ns(length_ns: int) -> int:
    """How long one repetition of a file of this length takes."""
    return -(-length_ns // _LOOP_GRAIN_NS) * _LOOP_GRAIN_NS
