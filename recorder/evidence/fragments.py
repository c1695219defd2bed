"""Samples gathered into segments: where one ends and the next begins.

All streams of an epoch share one grid: cell *k* covers the media time from *k* to *k + 1*
times the segment's length, counted from the epoch's origin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from recorder.capture.frames import StreamName
from recorder.capture.timeline import Timeline
from recorder.evidence.cmaf import Sample, Track, VideoTrack, fragment, init_segment
from recorder.evidence.segments import Segment
from shared.records import Gap

Emit = Callable[[Segment | Gap], None]
"""Takes what a recorder makes, on the recorder's thread, in order of each stream's time."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of an epoch's timeline, in ticks of one track.

    ``slack`` is how much before its cell's beginning a sample may begin: real pictures come
    a little before or after the beat, and the one next to the boundary opens the cell.
    """

    cell: int
    slack: int = 0

    @classmethod
    def of(cls, segment_s: float, timescale: int, slack: int = 0) -> Grid:
        """The grid for segments of ``segment_s`` seconds."""
        return cls(round(segment_s * timescale), slack)

    def index(self, pts: int) -> int:
        """The cell that a sample at ``pts`` belongs to."""
        return (pts + self.slack) // self.cell

    def boundaries(self, after: int, before: int) -> Iterator[int]:
        """The cells' beginnings strictly between two times."""
        return iter(range((after // self.cell + 1) * self.cell, before, self.cell))


class Fragmenter:
    """Makes one stream's segments. Samples must come in order and tile their run."""

    def __init__(self, stream: StreamName, timeline: Timeline, grid: Grid, emit: Emit) -> None:
        self._stream: StreamName = stream
        self._timeline = timeline
        self._grid = grid
        self._emit = emit
        self._track: Track | None = None
        self._samples: list[Sample] = []
        self._sequence = 0

    def begin(self, track: Track) -> None:
        """Say how what follows is coded; the same again says nothing new."""
        if track == self._track:
            return
        self._track = track
        video = track if isinstance(track, VideoTrack) else None
        origin = self._timeline.origin_ns
        self._emit(
            Segment(
                stream=self._stream,
                epoch=self._timeline.epoch,
                part="init",
                start_ns=origin,
                duration_ns=0,
                frames=0,
                independent=True,
                data=init_segment(track),
                codecs=track.codecs,
                origin_ns=origin,
                width=video and video.width,
                height=video and video.height,
            )
        )

    def add(self, sample: Sample) -> None:
        """Take a sample; the one that reaches its cell's end closes the fragment."""
        self._samples.append(sample)
        if self._grid.index(sample.end) != self._grid.index(self._samples[0].pts):
            self.close()

    def close(self) -> None:
        """Make a fragment of what is open, if anything is."""
        if not self._samples:
            return
        assert self._track is not None
        samples, self._samples = self._samples, []
        self._sequence += 1
        tick = Fraction(1, self._track.timescale)
        start_ns = self._timeline.at_ns(samples[0].pts, tick)
        self._emit(
            Segment(
                stream=self._stream,
                epoch=self._timeline.epoch,
                part="fragment",
                start_ns=start_ns,
                duration_ns=self._timeline.at_ns(samples[-1].end, tick) - start_ns,
                frames=len(samples),
                independent=samples[0].sync,
                data=fragment(self._sequence, samples),
            )
        )
