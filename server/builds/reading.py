"""Judges the programs of sessions when somebody reads them, by the list as it is then."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from server.accounts.models import Institution
from server.builds.judging import (
    CONFIDENCE,
    Judged,
    Listed,
    Program,
    finding,
    finding_id,
    judge,
)
from server.builds.models import AcceptedBuildRow
from server.ingest.models import ExamSession, ProgramRow, RecordRow
from server.review.correlation import Incident
from server.review.flags import HUMAN_ABOVE
from server.review.reading import place
from shared.flags import Kind, Severity
from shared.policy import Policy

# By session id, what was judged of it, in the order of its records.
JudgedOf = dict[str, tuple[Judged, ...]]


async def read_judged(db: AsyncSession, sessions: Sequence[ExamSession]) -> JudgedOf:
    """What the list says of these sessions' programs, in one question."""
    by_id = {session.id: session for session in sessions}
    found: dict[str, list[Judged]] = {name: [] for name in by_id}
    for row in await db.execute(_PROGRAMS, {"sessions": list(by_id)}):
        session = by_id[row.ProgramRow.session_id]
        found[session.id].append(_judged(session, row))
    return {name: tuple(every) for name, every in found.items()}


def findings(
    judged: Collection[Judged], policy: Policy, named: Collection[str]
) -> list[Incident]:
    """What reviewers are to look at. ``named`` are flags that somebody decided or noted
    something about, which stay.
    """
    rule = policy.rule(Kind.ALTERED_PROGRAM)
    return [
        finding(one, rule.severity)
        for one in judged
        if (one.flagged and rule.enabled) or finding_id(one.program.seq) in named
    ]


@dataclass(frozen=True, slots=True)
class Alarm:
    """A finding that a proctor is called for while the session runs: in which record it was
    told (``seq``), and when that came (``at``, µs UTC).
    """

    session_id: str
    seq: int
    id: str
    severity: Severity
    at: int


async def read_alarms(
    db: AsyncSession, sessions: Sequence[ExamSession], policies: Mapping[str, Policy]
) -> list[Alarm]:
    """What of these sessions' programs calls for somebody at once: that its files are changed,
    or that nobody of the institution signed it. A build that only is not listed waits for the
    review; else one that was forgotten on the list would have a whole exam call.

    Args:
        db: the transaction.
        sessions: that run.
        policies: theirs, by session id.
    """
    judged = await read_judged(db, sessions)
    calling = {
        (name, one.program.seq)
        for name, every in judged.items()
        for one in every
        if one.flagged
        and policies[name].rule(Kind.ALTERED_PROGRAM).enabled
        and CONFIDENCE[one.standing] > HUMAN_ABOVE
    }
    key = tuple_(RecordRow.session_id, RecordRow.seq)
    query = select(RecordRow.session_id, RecordRow.seq, RecordRow.received)
    rows = await db.execute(query.where(key.in_(list(calling)))) if calling else ()
    severity = {name: policies[name].rule(Kind.ALTERED_PROGRAM).severity for name in judged}
    return [Alarm(name, seq, finding_id(seq), severity[name], at) for name, seq, at in rows]


def _query() -> Any:
    """Programs of ``sessions`` with what the list of their session's institution says."""
    own, other = aliased(AcceptedBuildRow), aliased(AcceptedBuildRow)
    of = ExamSession.institution_id
    here = and_(own.institution_id == of, own.build == ProgramRow.build)
    any_of = select(other.id).where(other.institution_id == of)
    in_force = any_of.where(other.withdrawn_at.is_(None))
    same_signer = any_of.where(other.signer == ProgramRow.signer)
    return (
        select(
            ProgramRow,
            Institution.flags_builds,
            own.signer,
            own.withdrawn_at,
            in_force.exists().label("any"),
            same_signer.exists().label("signer_known"),
        )
        .join(ExamSession, ExamSession.id == ProgramRow.session_id)
        .join(Institution, Institution.id == of)
        .outerjoin(own, here)
        .where(ProgramRow.session_id.in_(bindparam("sessions", expanding=True)))
        .order_by(ProgramRow.session_id, ProgramRow.seq)
    )


# Made once: to make it takes longer than to ask it.
_PROGRAMS = _query()


def _judged(session: ExamSession, row: Any) -> Judged:
    told: ProgramRow = row.ProgramRow
    program = Program(
        seq=told.seq,
        at=max(0, place(session, told.boot, told.mono)),
        packaged=told.packaged,
        files=told.files,
        build=told.build,
        signer=told.signer,
        number=told.number,
        version=told.version,
    )
    listed = Listed(
        any=bool(row.any),
        flagged=bool(row.flags_builds),
        signer_known=bool(row.signer_known),
        signer=row.signer,
        withdrawn=row.withdrawn_at,
    )
    return judge(program, listed, session.created)
