"""Times as people read them. All inputs are microseconds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

MICROS = 1_000_000

# Half-open intervals (start, end), in microseconds.
Spans = list[tuple[int, int]]
MINUTE_S = 60
HOUR_S = 3600

# Below this a length is told to a tenth of a second.
TENTHS_BELOW_S = 10


def clock(micros: int) -> str:
    """A position on the timeline: ``0:07``, ``12:30`` or ``1:02:03``."""
    seconds = max(0, micros) // MICROS
    hours, rest = divmod(seconds, HOUR_S)
    minutes, left = divmod(rest, MINUTE_S)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def spoken(micros: int) -> str:
    """A length: ``4.2 s``, ``38 s``, ``3 min 5 s`` or ``1 h 20 min``."""
    seconds = max(0, micros) / MICROS
    if round(seconds, 1) < TENTHS_BELOW_S:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    whole = round(seconds)
    hours, rest = divmod(whole, HOUR_S)
    minutes, left = divmod(rest, MINUTE_S)
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    if minutes:
        return f"{minutes} min {left} s" if left else f"{minutes} min"
    return f"{whole} s"


def moment(micros: int) -> str:
    """A point in time, in UTC: ``21 Nov 2026, 03:17 UTC``."""
    when = datetime.fromtimestamp(micros / MICROS, UTC)
    return f"{when.day} {when:%b %Y, %H:%M} UTC"


def of_day(micros: int) -> str:
    """A point in time of a day that is known, in UTC: ``03:17 UTC``."""
    return f"{datetime.fromtimestamp(micros / MICROS, UTC):%H:%M} UTC"


def iso(micros: int) -> str:
    """A point in time for machines (RFC 3339, UTC, milliseconds)."""
    when = datetime.fromtimestamp(micros / MICROS, UTC)
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def united(intervals: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The union of half-open intervals, in order, none touching another."""
    result: list[tuple[int, int]] = []
    for start, end in sorted(i for i in intervals if i[1] > i[0]):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return result


def length(intervals: Iterable[tuple[int, int]]) -> int:
    """How much time intervals cover together, whatever overlaps counted once."""
    return sum(end - start for start, end in united(intervals))


def subtracted(
    intervals: Iterable[tuple[int, int]], holes: Iterable[tuple[int, int]]
) -> list[tuple[int, int]]:
    """What of ``intervals`` is in none of ``holes``."""
    cut = united(holes)
    left: list[tuple[int, int]] = []
    for start, end in united(intervals):
        position = start
        for hole_start, hole_end in cut:
            if hole_end <= position or hole_start >= end:
                continue
            if hole_start > position:
                left.append((position, hole_start))
            position = hole_end
        if position < end:
            left.append((position, end))
    return left


def intersected(
    intervals: Iterable[tuple[int, int]], spans: Iterable[tuple[int, int]]
) -> list[tuple[int, int]]:
    """What of ``intervals`` lies in ``spans``."""
    whole = united(intervals)
    return subtracted(whole, subtracted(whole, spans))
