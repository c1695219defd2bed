"""What nobody could see, and what does not exist: told beside the score, never in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from server.review.durations import Spans, intersected, length, united


@dataclass(frozen=True, slots=True)
class Interval:
    """Part of a stream's time, in microseconds of session time, and why it is missing."""

    stream: str
    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Absences:
    """``unobserved``: recorded, but a detector could not have seen anything in it.
    ``partly``: a face was seen and counted, but not where it looked. ``gaps``: not recorded,
    as a signed record says.
    """

    unobserved: tuple[Interval, ...] = ()
    gaps: tuple[Interval, ...] = ()
    partly: tuple[Interval, ...] = ()

    @property
    def unobserved_time(self) -> int:
        """Microseconds in which at least one stream could not be observed."""
        return length((one.start, one.end) for one in self.unobserved)

    @property
    def partly_time(self) -> int:
        """Microseconds in which at least one stream could be observed only partly."""
        return length((one.start, one.end) for one in self.partly)

    @property
    def gap_time(self) -> int:
        """Microseconds in which at least one stream was not recorded."""
        return length((one.start, one.end) for one in self.gaps)


def clipped(intervals: Iterable[Interval], within: Spans | None) -> list[Interval]:
    """What of each interval lies in ``within``; all of them as they are where there is none."""
    if within is None:
        return list(intervals)
    return [
        replace(one, start=start, end=end)
        for one in intervals
        for start, end in intersected([(one.start, one.end)], within)
    ]


@dataclass(frozen=True, slots=True)
class Summary:
    """How much of one stream is missing for one reason: ``time`` in microseconds."""

    stream: str
    reason: str
    time: int


def summaries(intervals: Iterable[Interval]) -> list[Summary]:
    """Intervals added up by stream and reason, the longest first."""
    groups: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for one in intervals:
        groups.setdefault((one.stream, one.reason), []).append((one.start, one.end))
    found = [Summary(*key, length(parts)) for key, parts in groups.items()]
    return sorted(found, key=lambda one: (-one.time, one.stream, one.reason))


def joined(intervals: Iterable[Interval]) -> list[Interval]:
    """Neighbours of one stream and reason made one: a heartbeat cuts what lasts in pieces."""
    groups: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for one in intervals:
        groups.setdefault((one.stream, one.reason), []).append((one.start, one.end))
    result = [
        Interval(stream, start, end, reason)
        for (stream, reason), parts in groups.items()
        for start, end in united(parts)
    ]
    return sorted(result, key=lambda one: (one.start, one.stream, one.reason))
