"""Who needs somebody first: the order of the board, from what is known of each session.

A pure function of a session's ``Facts`` and the time. Within a need those who have waited
longest come first; new incidents are weighed by their gravity and their age.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from server.clock import MICROS_PER_SECOND
from server.live.ending import GRACE, EndedBy
from server.review.durations import MINUTE_S, of_day
from shared.flags import Severity

MINUTE = MINUTE_S * MICROS_PER_SECOND

# A recorder's live link reports every 3 s; one that did not for so long is not connected.
# Microseconds.
CONNECTED_FOR = 15 * MICROS_PER_SECOND

# A recorder reports every 3 s and delivers a heartbeat every 10 s; one of which nothing came
# for so long is not connected. Microseconds.
SILENT_AFTER = 30 * MICROS_PER_SECOND

# What the clocks of several servers may differ by. A moment that lies further ahead is from
# before the clock was set back: how long ago it was nobody knows. Microseconds.
APART = 5 * MICROS_PER_SECOND

# An incident that nobody saw is new for so long; then it is the review's matter. Microseconds.
NEW_FOR = 30 * MINUTE

# A new incident weighs half as much after this time (µs): by then it is over or has others.
HALF_LIFE = 5 * MINUTE

# What a new incident weighs; the lesser ones are for the review.
WEIGHTS = {Severity.HIGH: 1.0, Severity.CRITICAL: 2.0}

# How far back it is looked whether enough can be observed, and the share below which it is
# not: for more than two of the last five minutes nobody could have seen anything.
LOOK_BACK = 5 * MINUTE
ENOUGH = 0.6

# A session that ended otherwise than by handing in is shown for so long. Microseconds.
ENDED_FOR = 10 * MINUTE

BEFORE_THE_EXAM = frozenset({"preparing", "waiting"})


class Need(IntEnum):
    """What a session needs, the most urgent first."""

    HELP = 0
    ADMISSION = 1
    ENDING = 2
    STOPPED = 3
    INCIDENT = 4
    SILENT = 5
    UNOBSERVED = 6
    WAITING = 7
    FINE = 8

    @property
    def label(self) -> str:
        """In words."""
        return _LABELS[self]

    @property
    def calls(self) -> bool:
        """Whether somebody is to be called for it."""
        return self <= Need.SILENT


_LABELS = {
    Need.HELP: "Asks for help",
    Need.ADMISSION: "Waits to be let in",
    Need.ENDING: "About to be ended",
    Need.STOPPED: "Stopped",
    Need.INCIDENT: "New incident",
    Need.SILENT: "No connection",
    Need.UNOBSERVED: "Hardly observed",
    Need.WAITING: "Waiting",
    Need.FINE: "Fine",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """An incident as the board tells it: ``at`` is when the server learnt of it (µs UTC)."""

    kind: str
    severity: Severity
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a running session; times are µs UTC, lengths µs.

    ``heard`` is when its live link last reported and ``delivered`` when its last records or
    pieces came; ``light`` and ``words`` are what the recorder last said of itself. ``fresh``
    are its grave incidents that nobody of the staff has seen, ``newest`` the last of all.
    ``unobserved`` is how long nobody could have seen anything so far, and ``lately`` in the
    last ``LOOK_BACK``. ``help_since`` is the oldest call that nobody answered. ``ends_at`` is
    when the exam's time is over, ``None`` before it has begun or while it stands still.
    ``stops_at`` is when its policy's limit ends the session, unless staff let the exam go on
    before; ``ended_by`` is told of one that was ended so, or by staff. ``streams`` are those a
    picture can be shown of. ``awaits_since``, ``paused_since``, ``problem_since`` and
    ``unobserved_since`` are when each of these began, as far as is known, for as long as it
    lasts; ``ended_at`` is when it ended.
    """

    id: str
    name: str
    exam_id: str
    exam: str
    state: str = "open"
    phase: str = ""
    awaits: str = ""
    awaits_since: int | None = None
    paused: bool = False
    paused_since: int | None = None
    light: str = ""
    problem_since: int | None = None
    words: str = ""
    created: int = 0
    heard: int | None = None
    delivered: int | None = None
    queued_records: int = 0
    queued_bytes: int = 0
    newest: Seen | None = None
    fresh: tuple[Seen, ...] = ()
    incidents: int = 0
    score: float | None = None
    unobserved: int = 0
    lately: int = 0
    unobserved_since: int | None = None
    help_since: int | None = None
    unread: int = 0
    warnings: int = 0
    limit: int = 0
    ends_at: int | None = None
    stops_at: int | None = None
    ended_by: EndedBy = EndedBy.STAFF
    ended_at: int | None = None
    streams: tuple[str, ...] = ()
    holder: str = ""
    watchers: tuple[str, ...] = ()
    seen_at: int = 0

    @property
    def last(self) -> int | None:
        """When anything was last heard of it."""
        return max(filter(None, (self.heard, self.delivered)), default=None)

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.state != "open"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a session stands on the board: ``why`` in words, ``since`` when (µs UTC)."""

    need: Need
    since: int
    why: str
    weight: float = 0.0

    def key(self, facts: Facts) -> tuple[int, float, int, str, str]:
        """Sorts the board."""
        return self.need, -self.weight, self.since, facts.name.casefold(), facts.id


def place(facts: Facts, now: int) -> Place:
    """What a session needs at ``now``."""
    return _called(facts) or _stopped(facts) or _noticed(facts, now) or _calm(facts)


def ordered(every: Iterable[Facts], now: int) -> list[tuple[Facts, Place]]:
    """Sessions with their places, those that need somebody most first."""
    placed = [(facts, place(facts, now)) for facts in every]
    return sorted(placed, key=lambda pair: pair[1].key(pair[0]))


def weight(fresh: Iterable[Seen]) -> float:
    """What new incidents weigh together, as a logarithm: the sum of ``WEIGHTS``, halved every
    ``HALF_LIFE``.

    All of them age alike, so that the order of two sessions never changes by time alone; that
    is why no present is needed.
    """
    doublings = [
        math.log2(WEIGHTS[one.severity]) + one.at / HALF_LIFE
        for one in fresh
        if one.severity in WEIGHTS
    ]
    if not doublings:
        return 0.0
    newest = max(doublings)
    return newest + math.log2(math.fsum(2.0 ** (one - newest) for one in doublings))


def is_new(seen: Seen, now: int, seen_at: int) -> bool:
    """Whether an incident is one that somebody should look at now."""
    return seen.severity in WEIGHTS and seen.at > max(seen_at, now - NEW_FOR)


def is_lately(moment: int | None, now: int, within: int) -> bool:
    """Whether a moment is at most ``within`` (µs) ago."""
    return moment is not None and -APART <= now - moment <= within


def is_hardly_observed(phase: str, lately: int) -> bool:
    """Whether nobody could have seen much, of the phase and of ``Facts.lately``."""
    return phase in ("", "exam") and lately > (1 - ENOUGH) * LOOK_BACK


def _called(facts: Facts) -> Place | None:
    if facts.over:
        return None
    if facts.help_since is not None:
        return Place(Need.HELP, facts.help_since, "asks for help")
    if facts.awaits:
        question = {"identity": "identity", "environment": "computer"}.get(facts.awaits, "")
        why = f"waits for you to decide on their {question}" if question else "waits for you"
        return Place(Need.ADMISSION, facts.awaits_since or facts.created, why)
    return None


def _stopped(facts: Facts) -> Place | None:
    ended = facts.ended_at or facts.last or facts.created
    match facts:
        case Facts(state="terminated"):
            return Place(Need.STOPPED, ended, f"was ended {facts.ended_by.words}")
        case Facts(state="closed", phase="handed_in"):
            return Place(Need.FINE, ended, "has handed in")
        case Facts(state="closed"):
            return Place(Need.STOPPED, ended, "ended without handing in")
        case Facts(stops_at=int(at)):
            why = f"is ended at {of_day(at)} unless you let the exam go on"
            return Place(Need.ENDING, at - GRACE, why)
        case Facts(paused=True) | Facts(phase="paused"):
            return Place(Need.STOPPED, facts.paused_since or facts.created, "is paused")
        case Facts(light="problem"):
            return Place(Need.STOPPED, facts.problem_since or facts.created, "has a problem")
        case _:
            return None


def _noticed(facts: Facts, now: int) -> Place | None:
    if facts.fresh:
        since = min(one.at for one in facts.fresh)
        many = f"{len(facts.fresh)} new incidents"
        why = "a new incident" if len(facts.fresh) == 1 else many
        return Place(Need.INCIDENT, since, why, weight(facts.fresh))
    if not any(is_lately(one, now, SILENT_AFTER) for one in (facts.heard, facts.delivered)):
        why = "is not connected" if facts.last else "has not connected yet"
        return Place(Need.SILENT, facts.last or facts.created, why)
    if is_hardly_observed(facts.phase, facts.lately):
        since = facts.unobserved_since or facts.created
        return Place(Need.UNOBSERVED, since, "can hardly be observed")
    return None


def _calm(facts: Facts) -> Place:
    if facts.phase in BEFORE_THE_EXAM:
        return Place(Need.WAITING, facts.created, "has not begun")
    if facts.phase == "break":
        return Place(Need.WAITING, facts.created, "takes a break")
    if facts.phase == "handed_in":
        return Place(Need.FINE, facts.created, "has handed in")
    return Place(Need.FINE, facts.created, "needs nothing")
