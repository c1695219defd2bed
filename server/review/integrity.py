"""What the server can say of the evidence itself, as checks that a page prints.

The server verified every record on arrival (``server.ingest``) and would have refused what
does not hold; what is left to say is what is missing, what came twice and what disagrees.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from server.review.durations import MICROS, spoken


class Level(StrEnum):
    """How good it is; ``waiting`` is neither good nor bad yet."""

    HOLDS = "holds"
    WAITING = "waiting"
    LACKS = "lacks"
    CONTRADICTS = "contradicts"


# From best to worst, to say all in one word.
_ORDER = (Level.HOLDS, Level.WAITING, Level.LACKS, Level.CONTRADICTS)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the server holds. ``silent`` is how long ago an open session was heard of
    (µs; ``None`` where it never was), ``size`` the number of records.
    """

    state: str
    closed: bool
    size: int
    pieces: int
    pieces_held: int
    forks: int
    clock_flags: int
    silent: int | None = None
    purged: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the verdict."""

    level: Level
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """All checks of a session, and the worst of them as one word."""

    checks: tuple[Check, ...]

    @property
    def level(self) -> Level:
        """The worst level of any check."""
        return max((check.level for check in self.checks), key=_ORDER.index)

    @property
    def word(self) -> str:
        """For a table's cell."""
        return {
            Level.HOLDS: "Complete",
            Level.WAITING: "Arriving",
            Level.LACKS: "Incomplete",
            Level.CONTRADICTS: "Contradictory",
        }[self.level]


# A recorder speaks every 10 s, even when nothing happens; after this it is silent (µs).
SILENT_AFTER = 60 * MICROS


def examine(facts: Facts) -> Evidence:
    """The verdict on what the server holds of a session."""
    if facts.purged:
        destroyed = "The recordings were destroyed at the end of their retention time."
        return Evidence((Check(Level.LACKS, "Destroyed", destroyed),))
    return Evidence(
        (_records(facts), _end(facts), _pieces(facts), _forks(facts), _clock(facts))
    )


def _records(facts: Facts) -> Check:
    if facts.size == 0:
        return Check(Level.WAITING, "Records", "No record has arrived yet.")
    words = f"{_count(facts.size, 'record')}, each signed and linked to the one before."
    return Check(Level.HOLDS, "Chain verified", words)


def _end(facts: Facts) -> Check:
    if facts.closed:
        return Check(Level.HOLDS, "Closed", "The recorder ended the session and said so.")
    if facts.state == "terminated":
        return Check(
            Level.LACKS, "Not closed", "Staff ended the session; it has no last record."
        )
    if facts.silent is not None and facts.silent > SILENT_AFTER:
        words = f"Nothing was heard for {spoken(facts.silent)}, and there is no last record."
        return Check(Level.LACKS, "Not closed", words)
    return Check(Level.WAITING, "Still recording", "The last record is yet to come.")


def _pieces(facts: Facts) -> Check:
    missing = facts.pieces - facts.pieces_held
    if not missing:
        return Check(
            Level.HOLDS, "Recordings", f"All {_count(facts.pieces, 'piece')} are here."
        )
    still = facts.state == "open" and not (facts.silent or 0) > SILENT_AFTER
    are = "is" if missing == 1 else "are"
    if still:
        words = f"{_count(missing, 'piece')} of {facts.pieces} {are} still on the way."
        return Check(Level.WAITING, "Recordings", words)
    words = (
        f"{_count(missing, 'piece')} of {facts.pieces} {are} committed to but missing. "
        "The recorder may still deliver what it holds."
    )
    return Check(Level.LACKS, "Recordings", words)


def _forks(facts: Facts) -> Check:
    if not facts.forks:
        return Check(Level.HOLDS, "One history", "No record contradicts another.")
    words = (
        f"{_count(facts.forks, 'record')} came signed in two versions. "
        "Both are kept and in the bundle."
    )
    return Check(Level.CONTRADICTS, "Forked", words)


def _clock(facts: Facts) -> Check:
    if not facts.clock_flags:
        return Check(
            Level.HOLDS, "Clocks agree", "Candidate's and server's times fit together."
        )
    words = f"The times stop agreeing at {_count(facts.clock_flags, 'place')}."
    return Check(Level.CONTRADICTS, "Clocks disagree", words)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
