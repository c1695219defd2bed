"""An epoch's time: where zero lies, and how a stamp becomes a presentation time."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from recorder.capture.frames import AudioBlock, Frame, StreamName

NS_PER_S = 1_000_000_000

# MPEG's own video clock (ISO/IEC 13818-1): 24, 25, 30, 50 and 60 fps all divide it.
VIDEO_TIME_BASE = Fraction(1, 90_000)

# Opus works at 48 kHz inside (RFC 6716); every voice model takes a whole fraction of it.
SOUND_RATE = 48_000
SOUND_TIME_BASE = Fraction(1, SOUND_RATE)

# 20 ms at 48 kHz: Opus' usual frame, and a length that webrtcvad accepts.
BLOCK_SAMPLES = 960


@dataclass(frozen=True, slots=True)
class Timeline:
    """One epoch: media time zero lies at ``origin_ns`` on the monotonic clock."""

    epoch: int
    origin_ns: int

    def pts(self, monotonic_ns: int, time_base: Fraction) -> int:
        """The last tick of ``time_base`` at or before a stamp; negative before the origin."""
        since = monotonic_ns - self.origin_ns
        return since * time_base.denominator // (NS_PER_S * time_base.numerator)

    def at_ns(self, pts: int, time_base: Fraction) -> int:
        """The monotonic time of a tick, rounded up, so that ``pts(at_ns(n)) == n``."""
        ticks = pts * time_base.numerator * NS_PER_S
        return self.origin_ns + -(-ticks // time_base.denominator)


class FrameStamper:
    """Numbers a stream's pictures and gives them strictly rising presentation times."""

    def __init__(self, stream: StreamName, timeline: Timeline) -> None:
        self.stream: StreamName = stream
        self._timeline = timeline
        self._seq = 0
        self._last_pts = -1

    def rebase(self, timeline: Timeline) -> None:
        """Go on in another epoch; numbers begin at nought again."""
        self._timeline = timeline
        self._seq = 0
        self._last_pts = -1

    def stamp(
        self, image: NDArray[np.uint8], monotonic_ns: int, due_ns: int | None = None
    ) -> Frame:
        """Make a frame of a picture.

        Args:
            image: (h, w, 3) uint8, RGB.
            monotonic_ns: the clock after the read returned.
            due_ns: when the picture was due, where a file says so; else the stamp counts.
        """
        at = monotonic_ns if due_ns is None else due_ns
        pts = max(self._timeline.pts(at, VIDEO_TIME_BASE), self._last_pts + 1)
        frame = Frame(
            stream=self.stream,
            epoch=self._timeline.epoch,
            seq=self._seq,
            pts=pts,
            time_base=VIDEO_TIME_BASE,
            monotonic_ns=monotonic_ns,
            image=image,
        )
        self._seq += 1
        self._last_pts = pts
        return frame


class BlockStamper:
    """Numbers a stream's sound and keeps its presentation times from overlapping."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._seq = 0
        self._next_pts = 0

    def rebase(self, timeline: Timeline) -> None:
        """Go on in another epoch; numbers begin at nought again."""
        self._timeline = timeline
        self._seq = 0
        self._next_pts = 0

    def stamp(self, samples: NDArray[np.int16], first_ns: int) -> AudioBlock | None:
        """Make a block whose first sample was heard at ``first_ns``.

        A block that began before the epoch did belongs to nobody and gives ``None`` (20 ms
        at most). A step of a tick or two is rounding, and the block follows on the last.
        """
        pts = self._timeline.pts(first_ns, SOUND_TIME_BASE)
        if pts < -_ROUNDING_TICKS:
            return None
        if pts <= self._next_pts + _ROUNDING_TICKS:
            pts = self._next_pts
        block = AudioBlock(
            stream="microphone",
            epoch=self._timeline.epoch,
            seq=self._seq,
            pts=pts,
            time_base=SOUND_TIME_BASE,
            monotonic_ns=self._timeline.at_ns(pts, SOUND_TIME_BASE),
            rate=SOUND_RATE,
            samples=samples,
        )
        self._seq += 1
        self._next_pts = pts + len(samples)
        return block


# Nanoseconds do not divide into samples: 20 833.3 ns each, so a sum may be off by one or two.
_ROUNDING_TICKS = 2
