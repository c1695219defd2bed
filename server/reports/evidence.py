"""How a session stands as evidence, for programs: in ``report.json`` and over HTTP."""

from __future__ import annotations

import msgspec

from server.clock import MICROS_PER_SECOND
from server.review.casefile import CaseFile
from server.review.history import Fork, Interruption, Version
from server.review.undelivered import Undelivered


class Pieces(msgspec.Struct, frozen=True):
    """Pieces that records commit to, and those that are held; counts and bytes."""

    committed: int
    held: int
    bytes_committed: int
    bytes_held: int


class UndeliveredOut(msgspec.Struct, frozen=True):
    """What of a stream is committed to and not held; ``since`` in µs UTC, ``ranges`` in
    seconds of session time.
    """

    stream: str
    pieces: int
    bytes: int
    since: int
    ranges: list[tuple[float, float]]


class InterruptionOut(msgspec.Struct, frozen=True):
    """The recorder stopped ``at`` and was back ``lasted`` later; seconds."""

    record: int
    at: float
    lasted: float
    reason: str


class VersionOut(msgspec.Struct, frozen=True):
    """One of two records of one number; ``wall`` is the candidate's clock in µs."""

    hash: str
    type: str
    wall: int | None


class ForkOut(msgspec.Struct, frozen=True):
    """A number signed for twice: the record in the chain, and the other one."""

    record: int
    at: float
    kept: VersionOut
    other: VersionOut
    received: int


class VerdictNote(msgspec.Struct, frozen=True):
    """The last full verification in short: ``made`` in µs UTC, the checks that fail, and
    whether it is of what is held now.
    """

    made: int
    fails: list[int]
    current: bool


class EvidenceOut(msgspec.Struct, frozen=True):
    """How a session stands; ``states`` are ``incomplete``, ``missing`` and ``forked``."""

    level: str
    states: list[str]
    closed: bool
    last_heard: int | None
    pieces: Pieces
    undelivered: list[UndeliveredOut]
    keys: int
    rotations: int
    interruptions: list[InterruptionOut]
    forks: list[ForkOut]
    fork_count: int
    clock_flags: int
    verdict: VerdictNote | None


def evidence_of(case: CaseFile) -> EvidenceOut:
    """How a case's session stands."""
    session, standing, told = case.session, case.standing, case.standing.told
    return EvidenceOut(
        level=case.evidence.level.value,
        states=[state.value for state in standing.states],
        closed=session.closed,
        last_heard=session.last_seen,
        pieces=Pieces(
            session.blobs,
            session.blobs_durable - case.kept.pieces_gone,
            session.bytes_committed,
            session.bytes_durable - case.kept.bytes_gone,
        ),
        undelivered=[_undelivered(one) for one in case.undelivered],
        keys=case.history.keys,
        rotations=case.history.rotations,
        interruptions=[_interruption(one) for one in case.history.interruptions],
        forks=[_fork(one) for one in case.history.forks],
        fork_count=case.history.fork_count,
        clock_flags=standing.clock_flags,
        verdict=VerdictNote(told.made, list(told.fails), told.current) if told else None,
    )


def _undelivered(one: Undelivered) -> UndeliveredOut:
    ranges = [(_seconds(start), _seconds(end)) for start, end in one.ranges]
    return UndeliveredOut(one.stream, one.pieces, one.size, one.since, ranges)


def _interruption(one: Interruption) -> InterruptionOut:
    return InterruptionOut(one.seq, _seconds(one.at), _seconds(one.lasted), one.reason)


def _fork(one: Fork) -> ForkOut:
    kept, other = _version(one.kept), _version(one.other)
    return ForkOut(one.seq, _seconds(one.at), kept, other, one.received)


def _version(one: Version) -> VersionOut:
    return VersionOut(one.hash, one.type, one.wall)


def _seconds(micros: int) -> float:
    return round(micros / MICROS_PER_SECOND, 3)
