"""The timeline of a session as the page's players and its drawing take it (JSON).

Times are seconds of session time. ``missing`` is evidence that does not exist or is not
here: what signed gap records say, and whatever holes they do not explain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from server.review.absences import Absences, Interval, joined
from server.review.durations import MICROS, subtracted
from server.review.flags import Flag
from shared.flags import Group

NAMES = {"camera": "Camera", "microphone": "Microphone", "screen": "Screen"}

# Pages show holes that an eye can see, not an encoder's rounding. Microseconds.
SHORTEST_HOLE = 500_000

UNEXPLAINED = "missing, or not delivered yet"


class Lane(msgspec.Struct, frozen=True):
    """A row of the timeline: a group of kinds, or ``unobserved`` or ``missing``."""

    id: str
    label: str


class StreamLine(msgspec.Struct, frozen=True):
    """A stream that plays; ``runs`` are the (start, end) where it does."""

    name: str
    label: str
    playlist: str
    runs: list[tuple[float, float]]


class FlagMark(msgspec.Struct, frozen=True):
    """A flag as drawn; ``end`` is ``None`` while it lasts."""

    id: str
    kind: str
    label: str
    group: str
    severity: str
    start: float
    end: float | None
    verdict: str


class Span(msgspec.Struct, frozen=True):
    """An interval of one stream, and why."""

    stream: str
    start: float
    end: float
    reason: str


class Timeline(msgspec.Struct, frozen=True):
    """All of it."""

    duration: float
    live: bool
    lanes: list[Lane]
    streams: list[StreamLine]
    flags: list[FlagMark]
    unobserved: list[Span]
    missing: list[Span]


Runs = Mapping[str, list[tuple[int, int]]]


def timeline(
    session_id: str,
    extent: int,
    played: Runs,
    flags: Sequence[Flag],
    absences: Absences,
    absent: Iterable[Interval],
    *,
    live: bool,
) -> Timeline:
    """Put a session's timeline together.

    Args:
        session_id: for the playlists' addresses.
        extent: how far the session's records reach, in microseconds.
        played: where each stream plays.
        flags: all of them.
        absences: gaps and unobserved time.
        absent: the answer of ``missing``.
        live: whether more may come.
    """
    ends = [end for spans in played.values() for _, end in spans]
    ends += [flag.end or flag.start for flag in flags]
    return Timeline(
        duration=_seconds(max([extent, *ends])),
        live=live,
        lanes=lanes(flags),
        streams=[
            StreamLine(
                name=name,
                label=NAMES[name],
                playlist=f"/media/{session_id}/{name}.m3u8",
                runs=[(_seconds(start), _seconds(end)) for start, end in spans],
            )
            for name, spans in played.items()
        ],
        flags=[_mark(flag) for flag in flags],
        unobserved=[_span(one) for one in joined(absences.unobserved)],
        missing=[_span(one) for one in absent],
    )


def lanes(flags: Iterable[Flag]) -> list[Lane]:
    """The groups that have flags, then the two lanes that are always there."""
    present = {flag.kind.group for flag in flags}
    groups = [Lane(group.value, group.value.title()) for group in Group if group in present]
    return [*groups, Lane("unobserved", "Unobserved"), Lane("missing", "Missing")]


def missing(played: Runs, absences: Absences, extent: int, *, live: bool) -> list[Interval]:
    """Signed gaps, and the holes of each stream that no gap explains.

    While a session is ``live``, what comes after a stream's last piece is not missing yet.
    """
    found = joined(absences.gaps)
    for stream, spans in played.items():
        until = spans[-1][1] if live and spans else extent
        explained = [(one.start, one.end) for one in absences.gaps if one.stream == stream]
        holes = subtracted([(0, until)], [*spans, *explained])
        found += [
            Interval(stream, start, end, UNEXPLAINED)
            for start, end in holes
            if end - start >= SHORTEST_HOLE
        ]
    return sorted(found, key=lambda one: (one.start, one.stream))


def _seconds(micros: int) -> float:
    return round(micros / MICROS, 3)


def _span(one: Interval) -> Span:
    return Span(one.stream, _seconds(one.start), _seconds(one.end), one.reason)


def _mark(flag: Flag) -> FlagMark:
    return FlagMark(
        id=flag.id,
        kind=flag.kind.value,
        label=flag.kind.label,
        group=flag.kind.group.value,
        severity=flag.severity.value,
        start=_seconds(flag.start),
        end=None if flag.end is None else _seconds(flag.end),
        verdict=flag.verdict.value,
    )
