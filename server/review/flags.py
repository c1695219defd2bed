"""Flags: what a reviewer meets, with what was decided about it and by whom.

A flag is one incident or several (``correlation``). It is open until somebody confirms it
(this did happen, and it matters), dismisses it or escalates it (``life``). Every decision
stays: a later one does not overwrite, it follows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from server.review.correlation import Incident
from server.review.durations import Spans, intersected, length
from server.review.life import Decision, Stand, Verdict, stand
from server.review.wording import printed
from shared.flags import Kind, Severity

T = TypeVar("T")

# From this confidence on a kind that the policy names asks for a person: what an object
# detector is less sure of is as often wrong as right.
HUMAN_ABOVE = 0.6


@dataclass(frozen=True, slots=True)
class Note:
    """The ``n``-th note beside a flag or a session, by whom and when (µs since 1970)."""

    n: int
    text: str
    by_id: str
    by: str
    at: int


@dataclass(frozen=True, slots=True)
class Assigned:
    """To whom a flag or a session is assigned, by whom and when (µs since 1970)."""

    to_id: str
    to: str
    by_id: str
    by: str
    at: int


@dataclass(frozen=True)
class Flag:
    """One thing to look at. ``start`` and ``end`` are microseconds of session time;
    ``end`` is ``None`` while it lasts. ``history`` holds every decision, oldest first.

    Kind, severity and detail are those of its leading incident; ``members`` are all of them.
    ``follows`` is a decided flag that it would have been a part of. ``human_first`` says that
    its kind is one that a person has to look at before anything acts on it.
    """

    id: str
    kind: Kind
    severity: Severity
    start: int
    end: int | None
    confidence: float
    detail: Mapping[str, Any] = field(default_factory=dict[str, Any])
    history: tuple[Decision, ...] = ()
    members: tuple[Incident, ...] = ()
    follows: str | None = None
    four_eyes: bool = False
    human_first: bool = False
    notes: tuple[Note, ...] = ()
    assigned: Assigned | None = None

    @cached_property
    def _made(self) -> dict[Callable[..., Any], Any]:
        return {}

    def once(self, make: Callable[[Flag], T]) -> T:
        """What ``make`` makes of this flag and nothing else, made only once: flags are kept
        from one request to the next, and there may be ten thousand of them.
        """
        if make not in self._made:
            self._made[make] = make(self)
        return self._made[make]

    def lately(self, make: Callable[..., T], *of: object) -> T:
        """What ``make`` makes of this flag and ``of``, made only where that is another than
        the last time.
        """
        return _lately(self._made, self, make, of)

    @cached_property
    def stand(self) -> Stand:
        """Where it stands, and by what."""
        return stand(self.history, four_eyes=self.four_eyes)

    @cached_property
    def verdict(self) -> Verdict:
        """Where it stands now."""
        return self.stand.verdict

    @property
    def proposed(self) -> Decision | None:
        """The confirmation that another person has yet to agree with."""
        return self.stand.proposed

    @cached_property
    def needs_person(self) -> bool:
        """Whether a person has to look before anything may act on it, and nobody has."""
        sure = max([self.confidence, *(one.confidence for one in self.members)])
        return self.human_first and not self.history and sure > HUMAN_ABOVE

    @cached_property
    def covers(self) -> tuple[str, ...]:
        """The incidents that it is made of, by id."""
        return tuple(one.id for one in self.members) or (self.id,)

    @property
    def version(self) -> int:
        """How many decisions there are: what a new one must say it builds upon."""
        return len(self.history)

    @property
    def decided(self) -> Decision | None:
        """The decision in force, if it is decided."""
        return None if self.verdict is Verdict.OPEN else self.stand.last

    @property
    def count(self) -> int:
        """How many incidents it is made of."""
        return max(1, len(self.members))

    @property
    def others(self) -> tuple[Incident, ...]:
        """Its incidents, in order of time, where there is more than the one it is shown as."""
        ordered = sorted(self.members, key=lambda one: (one.start, one.id))
        return tuple(ordered) if len(ordered) > 1 else ()

    def spans(self, now: int) -> Spans:
        """When its incidents were there (µs); what still lasts is measured up to ``now``."""
        if not self.members:
            return [_span(self.start, self.end, now)]
        return [_span(one.start, one.end, now) for one in self.members]

    def lasted(self, now: int) -> int:
        """How long its incidents lasted together, in microseconds, what overlaps once."""
        return length(self.spans(now)) if self.end is None else self.once(_length)

    def counted(self, now: int, spans: Spans | None) -> int | None:
        """How much of its length lies in ``spans`` (all of it where there are none given), in
        microseconds; ``None`` for a flag that lies outside.
        """
        if spans is None:
            return self.lasted(now)
        own = self.spans(now)
        if not any(
            begun < over and (end > start or begun == start)
            for begun, end in own
            for start, over in spans
        ):
            return None
        return length(intersected(own, spans))


class Flags(tuple[Flag, ...]):  # noqa: SLOT001 (no tuple can have slots of its own)
    """A session's flags in order of time. They are kept as one from one request to the next,
    and with them what was made of all of them, of which there may be ten thousand.
    """

    @cached_property
    def _made(self) -> dict[Callable[..., Any], Any]:
        return {}

    def lately(self, make: Callable[..., T], *of: object) -> T:
        """What ``make`` makes of these flags and ``of``, made only where that is another than
        the last time.
        """
        return _lately(self._made, self, make, of)


def _lately(
    made: dict[Callable[..., Any], Any],
    whole: object,
    make: Callable[..., T],
    of: tuple[object, ...],
) -> T:
    kept = made.get(make)
    if kept is None or kept[0] != of:
        kept = made[make] = (of, make(whole, *of))
    return kept[1]


def _length(flag: Flag) -> int:
    """Of a flag that is over."""
    return length(flag.spans(flag.start))


def _span(start: int, end: int | None, now: int) -> tuple[int, int]:
    return start, max(start, now if end is None else end)


def reason(flag: Flag) -> str:
    """What the detector said, in its own words, or nothing."""
    said = flag.detail.get("reason")
    return said if isinstance(said, str) else ""


def particulars(flag: Flag) -> list[tuple[str, str]]:
    """The rest of a flag's detail as (name, value) to print; never nested, never long."""
    return [
        (name.replace("_", " "), printed(value))
        for name, value in sorted(flag.detail.items())
        if name != "reason" and value is not None and not isinstance(value, Mapping)
    ]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many flags there are, and how they stand. Of the open ones ``second`` wait for a
    second reviewer, and ``person`` for anybody before something may act on them.
    """

    open: int = 0
    accepted: int = 0
    dismissed: int = 0
    escalated: int = 0
    second: int = 0
    person: int = 0

    @property
    def all(self) -> int:
        """Every flag."""
        return self.open + self.accepted + self.dismissed + self.escalated

    @property
    def decided(self) -> int:
        """Those that somebody has judged."""
        return self.accepted + self.dismissed + self.escalated


def _stands(flag: Flag) -> tuple[Verdict, bool, bool]:
    """What is counted of a flag."""
    return flag.verdict, flag.proposed is not None, flag.needs_person


def tally(flags: Iterable[Flag]) -> Tally:
    """Count flags by where they stand."""
    counts, second, person = dict.fromkeys(Verdict, 0), 0, 0
    for (verdict, proposed, needed), number in Counter(
        flag.once(_stands) for flag in flags
    ).items():
        counts[verdict] += number
        second += number * proposed
        person += number * needed
    return Tally(
        open=counts[Verdict.OPEN],
        accepted=counts[Verdict.ACCEPTED],
        dismissed=counts[Verdict.DISMISSED],
        escalated=counts[Verdict.ESCALATED],
        second=second,
        person=person,
    )
