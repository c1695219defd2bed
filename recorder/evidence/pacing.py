"""Which of a stream's pictures are kept: an even few of the many that are captured."""

from __future__ import annotations

from fractions import Fraction


class Pace:
    """Keeps ``kept_fps`` pictures a second: the one nearest to each beat.

    Beats are counted from the epoch's origin, so that they fall on the segments' boundaries.
    ``slack_s`` is how much before its beat a picture may come: half the time between two
    captured ones, so that the nearest one is taken and not always the one after.
    """

    def __init__(self, kept_fps: int, captured_fps: int) -> None:
        self._every = captured_fps <= kept_fps
        self._kept_fps = kept_fps
        self.slack_s = Fraction(1, 2 * max(captured_fps, kept_fps))
        self._divisor = 1
        self._beat = -1

    def thin(self, divisor: int) -> None:
        """Keep only each ``divisor``-th beat from now on; 1 keeps all again."""
        self._divisor = divisor

    def keeps(self, at_s: Fraction) -> bool:
        """Whether the picture at this time (s from the origin, rising) is kept."""
        if self._every and self._divisor == 1:
            return True
        beat = (at_s + self.slack_s) * self._kept_fps // self._divisor
        if beat == self._beat:
            return False
        self._beat = beat
        return True
