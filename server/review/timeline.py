"""The timeline of a session as the page's players and its drawing take it (JSON).

Times are seconds of session time. ``missing`` is evidence that does not exist: what signed
gap records say, and whatever holes nothing explains. ``undelivered`` is evidence that records
commit to and that is not here, or cannot be shown without what is not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from server.review.absences import Absences, Interval, joined
from server.review.correlation import Incident
from server.review.durations import MICROS, Spans, subtracted
from server.review.flags import Flag, Flags
from server.review.phases import Phase, Phases
from server.review.wording import printed
from shared.flags import Group, Kind

NAMES = {"camera": "Camera", "microphone": "Microphone", "screen": "Screen"}

# Pages show holes that an eye can see, not an encoder's rounding. Microseconds.
SHORTEST_HOLE = 500_000

UNEXPLAINED = "no record says why"
UNDELIVERED = "committed to, but not delivered"
UNPLAYABLE = "cannot be shown without what was not delivered"


# Kinds that have a lane of their own, apart from the rest of their group.
APART: Mapping[Kind, str] = {
    Kind.GAZE_AWAY: "gaze",
    Kind.LOOKING_AWAY: "gaze",
    Kind.WINDOW_SWITCH: "windows",
    Kind.FULLSCREEN_EXIT: "windows",
}

# The lanes of flags from the top down.
FLAG_LANES: Mapping[str, str] = {
    Group.FACE: "Face",
    "gaze": "Gaze and head",
    Group.OBJECTS: "Objects",
    Group.VOICE: "Voice",
    "windows": "Windows",
    Group.MACHINE: "Machine",
    Group.RECORDER: "Recorder",
}

# What is written into a mark, where there is room: the beginning of a window's title.
LONGEST_NAME = 60


class Lane(msgspec.Struct, frozen=True):
    """A row of the timeline: ``phases``, one of ``FLAG_LANES``, ``decisions``, or
    ``unobserved``, ``partly``, ``undelivered``, ``missing``.
    """

    id: str
    label: str


class StreamLine(msgspec.Struct, frozen=True):
    """A stream that plays; ``runs`` are the (start, end) where it does."""

    name: str
    label: str
    playlist: str
    runs: list[tuple[float, float]]


class FlagMark(msgspec.Struct, frozen=True):
    """A flag as drawn; ``end`` is ``None`` while it lasts, ``name`` what is written into it,
    ``version`` how many decisions there are, ``count`` of how many incidents it is.
    """

    id: str
    kind: str
    label: str
    lane: str
    name: str
    severity: str
    start: float
    end: float | None
    verdict: str
    version: int
    count: int


class Seen(msgspec.Struct, frozen=True):
    """One incident of a flag of several: what was there at just this time."""

    lane: str
    label: str
    name: str
    start: float
    end: float | None


class Span(msgspec.Struct, frozen=True):
    """An interval of one stream, and why."""

    stream: str
    start: float
    end: float
    reason: str


class PhaseMark(msgspec.Struct, frozen=True):
    """A phase of the exam; ``words`` say by whom and why."""

    name: str
    label: str
    start: float
    end: float
    words: str


class Timeline(msgspec.Struct, frozen=True):
    """All of it."""

    duration: float
    live: bool
    lanes: list[Lane]
    phases: list[PhaseMark]
    streams: list[StreamLine]
    flags: list[FlagMark]
    seen: list[Seen]
    unobserved: list[Span]
    partly: list[Span]
    undelivered: list[Span]
    missing: list[Span]


NO_PHASES = Phases()
Runs = Mapping[str, Spans]


def timeline(
    session_id: str,
    extent: int,
    played: Runs,
    flags: Flags,
    absences: Absences,
    absent: Iterable[Interval],
    *,
    live: bool,
    phases: Phases = NO_PHASES,
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
        phases: where the exam stood.
    """
    ends = [end for spans in played.values() for _, end in spans]
    here, gone = parted(absent)
    return Timeline(
        duration=_seconds(max([extent, *ends, flags.lately(_reach)])),
        live=live,
        lanes=[
            *([Lane("phases", "Exam")] if phases.all else []),
            *lanes(flags, undelivered=bool(here), partly=bool(absences.partly)),
        ],
        phases=[_phase(one) for one in phases.all],
        streams=[
            StreamLine(
                name=name,
                label=NAMES[name],
                playlist=f"/media/{session_id}/{name}.m3u8",
                runs=[(_seconds(start), _seconds(end)) for start, end in spans],
            )
            for name, spans in played.items()
        ],
        flags=flags.lately(_marks),
        seen=flags.lately(_all_seen),
        unobserved=[_span(one) for one in joined(absences.unobserved)],
        partly=[_span(one) for one in joined(absences.partly)],
        undelivered=[_span(one) for one in here],
        missing=[_span(one) for one in gone],
    )


def parted(absent: Iterable[Interval]) -> tuple[list[Interval], list[Interval]]:
    """What records commit to and cannot be shown, and what was never recorded."""
    there, gone = [], []
    for one in absent:
        (there if one.reason in (UNDELIVERED, UNPLAYABLE) else gone).append(one)
    return there, gone


def lanes(flags: Flags, *, undelivered: bool = False, partly: bool = False) -> list[Lane]:
    """Those that have flags, what was decided, then the lanes of what cannot be seen."""
    groups = flags.lately(_flag_lanes)
    here = [Lane("undelivered", "Undelivered")] if undelivered else []
    dim = [Lane("partly", "Partly observed")] if partly else []
    unseen = [Lane("unobserved", "Unobserved"), *dim]
    return [*groups, *unseen, *here, Lane("missing", "Missing")]


def numbers(flags: Flags) -> Counter[str]:
    """How many flags each lane has."""
    return Counter(one.lane for one in flags.lately(_marks))


def _flag_lanes(flags: Flags) -> list[Lane]:
    kinds = {flag.kind for flag in flags}
    kinds |= {one.kind for flag in flags if flag.count > 1 for one in flag.members}
    present = {lane_of(kind) for kind in kinds}
    found = [Lane(str(name), label) for name, label in FLAG_LANES.items() if name in present]
    decided = any(flag.decided for flag in flags)
    return [*found, *([Lane("decisions", "Decisions")] if decided else [])]


def lane_of(kind: Kind) -> str:
    """The lane that flags of this kind are in."""
    return APART.get(kind, kind.group.value)


def missing(
    played: Runs,
    absences: Absences,
    extent: int,
    *,
    live: bool,
    known: Sequence[Interval] = (),
) -> list[Interval]:
    """Signed gaps, and the holes of each stream that no gap explains.

    Args:
        played: where each stream plays.
        absences: gaps and unobserved time.
        extent: how far the session's records reach, in microseconds.
        live: whether more may come; what is after a stream's last piece is not missing yet.
        known: what records commit to in holes, and why it is not shown; first come, first
            believed.
    """
    found = joined(absences.gaps)
    for stream, spans in played.items():
        until = spans[-1][1] if live and spans else extent
        explained = [(one.start, one.end) for one in absences.gaps if one.stream == stream]
        holes = subtracted([(0, until)], [*spans, *explained])
        for reason, parts in _explained(holes, [one for one in known if one.stream == stream]):
            found += [
                Interval(stream, start, end, reason)
                for start, end in parts
                if end - start >= SHORTEST_HOLE
            ]
    return sorted(found, key=lambda one: (one.start, one.stream))


def _explained(holes: Spans, known: Iterable[Interval]) -> Iterator[tuple[str, Spans]]:
    """Holes by reason; what is left of them at the end nothing explains."""
    by_reason: dict[str, Spans] = {}
    for one in known:
        by_reason.setdefault(one.reason, []).append((one.start, one.end))
    for reason, spans in by_reason.items():
        left = subtracted(holes, spans)
        yield reason, subtracted(holes, left)
        holes = left
    yield UNEXPLAINED, holes


def _seconds(micros: int) -> float:
    return round(micros / MICROS, 3)


def _span(one: Interval) -> Span:
    return Span(one.stream, _seconds(one.start), _seconds(one.end), one.reason)


def _phase(one: Phase) -> PhaseMark:
    words = "; ".join(
        [f"by {one.whose}" + (f": {one.reason}" if one.reason else ""), *one.said]
    )
    return PhaseMark(one.name, one.label, _seconds(one.start), _seconds(one.end), words)


def _reach(flags: Flags) -> int:
    """How far flags reach, in microseconds."""
    return max((flag.end or flag.start for flag in flags), default=0)


def _marks(flags: Flags) -> list[FlagMark]:
    return [flag.once(_mark) for flag in flags]


def _all_seen(flags: Flags) -> list[Seen]:
    return [one for flag in flags for one in flag.once(_seen)]


def _mark(flag: Flag) -> FlagMark:
    return FlagMark(
        id=flag.id,
        kind=flag.kind.value,
        label=flag.kind.label,
        lane=lane_of(flag.kind),
        name=_name(flag.detail),
        severity=flag.severity.value,
        start=_seconds(flag.start),
        end=None if flag.end is None else _seconds(flag.end),
        verdict=flag.verdict.value,
        version=flag.version,
        count=flag.count,
    )


def _seen(flag: Flag) -> list[Seen]:
    return [_seen_one(one) for one in flag.others]


def _seen_one(one: Incident) -> Seen:
    return Seen(
        lane=lane_of(one.kind),
        label=one.kind.label,
        name=_name(one.detail),
        start=_seconds(one.start),
        end=None if one.end is None else _seconds(one.end),
    )


def _name(detail: Mapping[str, Any]) -> str:
    """The window's title or program, where it is about one."""
    told = (detail.get(name) for name in ("title", "application"))
    named = next((one for one in told if isinstance(one, str) and one.strip()), "")
    return printed(named)[:LONGEST_NAME]
