"""From incidents to flags: one cause is one flag, and a burst of one kind is one flag.

Incidents are taken in the order of their records, whatever order they are given in. Each one
joins the oldest flag that it belongs to, or begins a flag of its own, which is called after
it. So what comes later only ever adds members: no flag falls apart, none merges with another,
and none changes its name. It belongs to a flag with

- *the same cause*: another kind of one of ``CAUSES`` that was there at the same time, give or
  take ``SLACK``;
- *a burst*: the same kind (and object), begun within the policy's ``burst_s`` of the flag's
  first of that kind.

A flag that somebody decided about has the members that were there then, and takes no more: a
decision never speaks for what its author did not see. What would have joined begins a flag
that ``follows`` it. So does what comes once a flag has ``MOST_MEMBERS``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from server.review.durations import MICROS
from shared.flags import Kind, Severity

# Kinds that one cause shows itself by at the same time, the most telling first.
CAUSES: tuple[tuple[Kind, ...], ...] = (
    (Kind.CAMERA_BLOCKED, Kind.FACE_MISSING, Kind.LOOKING_AWAY, Kind.GAZE_AWAY),
    (Kind.MULTIPLE_FACES, Kind.OBJECT_SEEN),
    (Kind.SECOND_VOICE, Kind.SPEECH),
    (Kind.WINDOW_SWITCH, Kind.FULLSCREEN_EXIT, Kind.CLIPBOARD, Kind.BLOCKED_KEY),
    (Kind.DEVICE_LOST, Kind.DISK_FULL, Kind.DETECTOR_DOWN, Kind.GAP),
)

# Detectors see one thing at moments that differ by about as much. Microseconds.
SLACK = 1 * MICROS

# As many as a reviewer looks through as one thing, and a page can list.
MOST_MEMBERS = 200

# An object that is somebody is what ``multiple_faces`` sees, too; other objects are not.
PERSON = "person"

# Incidents are found by the minute; one that lasts longer than a day is looked at every time,
# of which the oldest so many are: a session has at most a few, an attacker's any number.
_BUCKET = 60 * MICROS
_LONG = 24 * 60
_MOST_LONG = 256


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident as its records tell it. ``start`` and ``end`` are microseconds of session
    time, ``end`` is ``None`` while it lasts; ``seq`` is the record that it began with.
    ``by_server``: no recorder told it, the server found it in what the record says.
    """

    id: str
    kind: Kind
    severity: Severity
    start: int
    end: int | None
    confidence: float
    detail: Mapping[str, Any] = field(default_factory=dict[str, Any])
    seq: int = 0
    by_server: bool = False

    @property
    def matter(self) -> tuple[Kind, str]:
        """What a burst is of: the kind, and of objects which."""
        return self.kind, _label(self)

    @property
    def cause(self) -> int | None:
        """Which of ``CAUSES`` it can be a sign of."""
        if self.kind is Kind.OBJECT_SEEN and _label(self) != PERSON:
            return None
        return _CAUSE_OF.get(self.kind)


@dataclass(frozen=True, slots=True)
class Group:
    """The incidents of one flag, oldest record first; the flag is called after the first, or
    after the one that was decided about. ``follows`` is a flag that these would have joined.
    """

    id: str
    members: tuple[Incident, ...]
    follows: str | None = None


def correlate(
    incidents: Iterable[Incident],
    burst: int,
    decided: Mapping[str, AbstractSet[str]] | None = None,
    named: AbstractSet[str] = frozenset(),
) -> list[Group]:
    """Put every incident into exactly one flag.

    Args:
        incidents: all of one session, in any order.
        burst: within how long like ones are a burst, in microseconds; 0: none is.
        decided: flags that somebody decided about, with the members that they had then.
        named: flags that notes or assignments name, which therefore stay flags.
    """
    ordered = sorted(incidents, key=lambda one: (one.seq, one.id))
    home = _homes(ordered, decided or {})
    found: dict[str, _Growing] = {}
    index = _Index(burst)
    for one in ordered:
        own = home.get(one.id)
        if own is not None:
            flag = found.setdefault(own, _Growing(own, len(found), closed=True))
        elif one.id in named:
            flag = found.setdefault(one.id, _Growing(one.id, len(found)))
        else:
            flag = _joined(one, index, found)
        flag.members.append(one)
        index.add(one, flag)
    return [Group(one.id, tuple(one.members), one.follows) for one in found.values()]


@dataclass(slots=True, eq=False)
class _Growing:
    """A flag in the making; ``order`` is its place among all, ``closed`` takes no more."""

    id: str
    order: int
    closed: bool = False
    follows: str | None = None
    members: list[Incident] = field(default_factory=list[Incident])

    @property
    def full(self) -> bool:
        return self.closed or len(self.members) >= MOST_MEMBERS


def _homes(
    ordered: Sequence[Incident], decided: Mapping[str, AbstractSet[str]]
) -> dict[str, str]:
    """Which decided flag an incident is in; its own flag's before any other's."""
    there = {one.id: place for place, one in enumerate(ordered)}
    flags = sorted((name for name in decided if name in there), key=lambda name: there[name])
    home = {name: name for name in flags}
    for name in flags:
        for member in decided[name]:
            if member in there:
                home.setdefault(member, name)
    return home


def _joined(one: Incident, index: _Index, found: dict[str, _Growing]) -> _Growing:
    near = sorted(set(index.near(one)), key=lambda flag: flag.order)
    for flag in near:
        if not flag.full:
            return flag
    fresh = _Growing(one.id, len(found), follows=near[-1].id if near else None)
    found[fresh.id] = fresh
    return fresh


class _Index:
    """Finds the flags that an incident belongs to, without looking at all of them."""

    def __init__(self, burst: int) -> None:
        self._burst = burst
        self._begun: dict[tuple[tuple[Kind, str], int], list[tuple[int, _Growing]]] = {}
        self._bursts: set[tuple[tuple[Kind, str], str]] = set()
        self._there: dict[tuple[int, int], list[tuple[Incident, _Growing]]] = {}
        self._long: dict[int, list[tuple[Incident, _Growing]]] = {}

    def add(self, one: Incident, flag: _Growing) -> None:
        """Remember an incident that is in a flag now."""
        if self._burst and (one.matter, flag.id) not in self._bursts:
            self._bursts.add((one.matter, flag.id))
            place = (one.matter, one.start // self._burst)
            self._begun.setdefault(place, []).append((one.start, flag))
        if one.cause is None:
            return
        buckets = _buckets(one)
        if buckets is None:
            kept = self._long.setdefault(one.cause, [])
            if len(kept) < _MOST_LONG:
                kept.append((one, flag))
            return
        for bucket in buckets:
            self._there.setdefault((one.cause, bucket), []).append((one, flag))

    def near(self, one: Incident) -> Iterator[_Growing]:
        """The flags that an incident belongs to, open or not; some more than once."""
        if self._burst:
            at = one.start // self._burst
            for bucket in (at - 1, at, at + 1):
                for start, flag in self._begun.get((one.matter, bucket), ()):
                    if abs(one.start - start) < self._burst:
                        yield flag
        if one.cause is None:
            return
        for other, flag in self._beside(one, one.cause):
            if other.kind is not one.kind and _together(one, other):
                yield flag

    def _beside(self, one: Incident, cause: int) -> Iterator[tuple[Incident, _Growing]]:
        yield from self._long.get(cause, ())
        buckets = _buckets(one)
        if buckets is not None:
            for bucket in buckets:
                yield from self._there.get((cause, bucket), ())
            return
        first = (one.start - SLACK) // _BUCKET
        for (of, bucket), found in self._there.items():
            if of == cause and bucket >= first:
                yield from found


def _buckets(one: Incident) -> range | None:
    """The minutes that an incident reaches into; ``None`` for one that lasts very long."""
    if one.end is None:
        return None
    first, last = (one.start - SLACK) // _BUCKET, (one.end + SLACK) // _BUCKET
    return range(first, max(first, last) + 1) if last - first <= _LONG else None


def _together(one: Incident, other: Incident) -> bool:
    """Whether two were there at the same time, give or take ``SLACK``."""
    earlier, later = (one, other) if one.start <= other.start else (other, one)
    return earlier.end is None or later.start < max(earlier.start, earlier.end) + SLACK


def _label(one: Incident) -> str:
    label = one.detail.get("label") if one.kind is Kind.OBJECT_SEEN else None
    return label if isinstance(label, str) else ""


_CAUSE_OF: Mapping[Kind, int] = {
    kind: place for place, kinds in enumerate(CAUSES) for kind in kinds
}


def lead(members: Sequence[Incident]) -> Incident:
    """The incident that a flag is shown as: the gravest, then the most telling, the first."""
    return min(
        members, key=lambda one: (-one.severity.rank, _telling(one.kind), one.seq, one.id)
    )


def _telling(kind: Kind) -> int:
    place = _CAUSE_OF.get(kind)
    return 0 if place is None else CAUSES[place].index(kind)
