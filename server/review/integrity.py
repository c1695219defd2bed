"""What the server can say of the evidence itself, as checks that a page prints.

The server verified every record on arrival (``server.ingest``) and would have refused what
does not hold; what is left to say is what is missing, what came twice and what disagrees, and
what a full verification of what is held now said (``reports.verdicts``). Checks have the
numbers of the specification.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from server.ingest.held import clock_of
from server.ingest.models import ExamSession
from server.ingest.times import clock_error
from server.live.ending import EndedBy
from server.retention.certificates import Told
from server.review.durations import MICROS, moment, spoken
from server.review.states import Shortfall, Standing
from server.review.verdicts import Told as VerdictTold
from shared.counting import count
from shared.verdict import CheckId


class Level(StrEnum):
    """How good it is; ``waiting`` is neither good nor bad yet."""

    HOLDS = "holds"
    WAITING = "waiting"
    LACKS = "lacks"
    CONTRADICTS = "contradicts"


# A candidate's clock that is wrong by less misleads nobody about the time of day (µs).
CLOCK_NOTED = 60 * MICROS

_WHO = {
    EndedBy.STAFF: "Staff",
    EndedBy.WARNINGS: "The last warning that the exam's rules allow",
    EndedBy.RULES: "The exam's rules",
}

# From best to worst, to say all in one word.
_ORDER = (Level.HOLDS, Level.WAITING, Level.LACKS, Level.CONTRADICTS)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the server holds. ``silent`` is how long ago an open session was heard of
    (µs; ``None`` where it never was), ``size`` the number of records, ``told`` what a full
    verification said, ``clock_error`` how far ahead the candidate's clock is (µs).
    """

    state: str
    closed: bool
    size: int
    pieces: int
    pieces_held: int
    forks: int
    clock_flags: int
    states: tuple[Shortfall, ...] = ()
    silent: int | None = None
    purged: bool = False
    told: VerdictTold | None = None
    clock_error: int = 0
    ended_by: EndedBy | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the verdict; ``about`` are the numbered checks that it is a part of."""

    level: Level
    title: str
    words: str
    about: tuple[CheckId, ...] = ()

    @property
    def numbers(self) -> str:
        """The numbers in words: ``checks 1 to 5``."""
        first, last = (self.about[0].value, self.about[-1].value) if self.about else (0, 0)
        if not self.about:
            return ""
        if len(self.about) == 1:
            return f"check {first}"
        return f"checks {first} {'to' if last - first > 1 else 'and'} {last}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """All checks of a session, and the worst of them as one word; who ended it where its
    recorder did not.
    """

    checks: tuple[Check, ...]
    states: tuple[Shortfall, ...] = ()
    ended_by: EndedBy | None = None

    @property
    def level(self) -> Level:
        """The worst level of any check."""
        return max((check.level for check in self.checks), key=_ORDER.index)

    @property
    def word(self) -> str:
        """For a table's cell."""
        level = self.level
        if level is Level.LACKS and self.states == (Shortfall.MISSING,):
            return self.states[0].label
        return {
            Level.HOLDS: "Complete",
            Level.WAITING: "Arriving",
            Level.LACKS: "Incomplete",
            Level.CONTRADICTS: "Contradictory",
        }[level]

    @property
    def besides(self) -> list[str]:
        """The states that the word does not name."""
        return [state.label for state in self.states if state.label != self.word]


def facts(session: ExamSession, standing: Standing, now: int) -> Facts:
    """What the checks are made from, at ``now`` (µs UTC)."""
    heard, clock = session.last_seen, clock_of(session)
    return Facts(
        state=session.state,
        closed=session.closed,
        size=session.size,
        pieces=session.blobs,
        pieces_held=session.blobs_durable,
        forks=standing.forks,
        clock_flags=standing.clock_flags,
        states=standing.states,
        silent=None if heard is None else max(0, now - heard),
        purged=session.purged_at is not None,
        told=standing.told,
        clock_error=clock_error(clock.wall, clock.corridor),
        ended_by=standing.ended_by,
    )


def examine(facts: Facts) -> Evidence:
    """The verdict on what the server holds of a session."""
    if facts.purged:
        destroyed = "The recordings were destroyed; each certificate says why."
        gone = Check(Level.LACKS, "Destroyed", destroyed, (CheckId.BLOB,))
        return Evidence((gone,), ended_by=facts.ended_by)
    checks = [_records(facts), _end(facts), _pieces(facts), _forks(facts), _clock(facts)]
    # What was said of an earlier state says nothing of this one.
    if facts.told is not None and facts.told.current:
        checks.append(_full(facts, facts.told))
    return Evidence(tuple(checks), facts.states, facts.ended_by)


def with_destroyed(evidence: Evidence, gone: Sequence[Told]) -> Evidence:
    """The same, with a line for each certificate of what was destroyed. That something went by
    its time takes nothing from what is left.
    """
    lines = tuple(
        Check(Level.HOLDS, f"Destroyed, certificate {one.n}", _gone(one), (CheckId.BLOB,))
        for one in gone
        if one.at is not None
    )
    return replace(evidence, checks=(*evidence.checks, *lines))


def _gone(one: Told) -> str:
    short = " A hold stopped it before all was gone." if one.stopped else ""
    at = "" if one.at is None else f", {moment(one.at)}"
    return f"{one.words.capitalize()}{at}: {one.why}.{short}"


CHAIN = (CheckId.SESSION, CheckId.KEY, CheckId.SIGNATURE, CheckId.ORDER, CheckId.LINK)


def _records(facts: Facts) -> Check:
    if facts.size == 0:
        return Check(Level.WAITING, "Records", "No record has arrived yet.", CHAIN)
    words = f"{count(facts.size, 'record')}, each signed and linked to the one before."
    return Check(Level.HOLDS, "Chain verified", words, CHAIN)


def _end(facts: Facts) -> Check:
    about = (CheckId.COMPLETE,)
    if facts.closed:
        said = "The recorder ended the session and said so."
        return Check(Level.HOLDS, "Closed", said, about)
    if facts.state == "terminated":
        who = _WHO[facts.ended_by or EndedBy.STAFF]
        words = f"{who} ended the session; it has no last record."
        return Check(Level.LACKS, "Incomplete", words, about)
    if Shortfall.INCOMPLETE in facts.states:
        words = (
            f"Nothing was heard for {spoken(facts.silent or 0)}, and there is no last record. "
            "The recorder may still deliver what it holds."
        )
        return Check(Level.LACKS, "Incomplete", words, about)
    return Check(Level.WAITING, "Still recording", "The last record is yet to come.", about)


def _pieces(facts: Facts) -> Check:
    about = (CheckId.BLOB, CheckId.DURABLE)
    missing = facts.pieces - facts.pieces_held
    if not missing:
        words = f"All {count(facts.pieces, 'piece')} were received as committed."
        return Check(Level.HOLDS, "Recordings", words, about)
    are = "is" if missing == 1 else "are"
    if Shortfall.MISSING not in facts.states:
        words = f"{count(missing, 'piece')} of {facts.pieces:,} {are} still on the way."
        return Check(Level.WAITING, "Recordings", words, about)
    words = (
        f"{count(missing, 'piece')} of {facts.pieces:,} {are} committed to but missing. "
        "The recorder may still deliver what it holds."
    )
    return Check(Level.LACKS, "Committed but missing", words, about)


def _forks(facts: Facts) -> Check:
    about = (CheckId.ORDER,)
    if not facts.forks:
        return Check(Level.HOLDS, "One history", "No record contradicts another.", about)
    words = (
        f"{count(facts.forks, 'record')} came signed in two versions. "
        "Both are kept and in the bundle."
    )
    return Check(Level.CONTRADICTS, "Forked", words, about)


def _clock(facts: Facts) -> Check:
    about = (CheckId.CLOCK,)
    if not facts.clock_flags:
        words = f"Candidate's and server's times fit together.{_error(facts.clock_error)}"
        return Check(Level.HOLDS, "Clocks agree", words, about)
    words = f"The times stop agreeing at {count(facts.clock_flags, 'place')}."
    return Check(Level.CONTRADICTS, "Clocks disagree", words, about)


def _error(ahead: int) -> str:
    if abs(ahead) < CLOCK_NOTED:
        return ""
    way = "ahead of" if ahead > 0 else "behind"
    return f" The candidate's clock is {spoken(abs(ahead))} {way} the server's."


def _full(facts: Facts, told: VerdictTold) -> Check:
    """What the last full verification said, and whether anything above would explain it."""
    said = f"Verified on {moment(told.made)}: {told.words}."
    if not told.fails:
        return Check(Level.HOLDS, "Verdict", said)
    unexplained = [number for number in told.fails if number not in _explained(facts)]
    if not unexplained:
        return Check(Level.LACKS, "Verdict", f"{said} The lines above say why.")
    damaged = "Nothing above explains this: what the server holds may be damaged."
    return Check(Level.CONTRADICTS, "Verdict", f"{said} {damaged}")


def _explained(facts: Facts) -> set[int]:
    """The checks that fail for a reason which the other lines name."""
    found: set[int] = set()
    if not facts.closed:
        found |= {CheckId.COMPLETE}
    if facts.size == 0:
        found |= {CheckId.DURABLE, CheckId.ANCHOR}
    if facts.pieces_held < facts.pieces:
        found |= {CheckId.BLOB, CheckId.DURABLE}
    if facts.forks:
        found |= {CheckId.ORDER}
    if facts.clock_flags:
        found |= {CheckId.CLOCK}
    return found
