"""Judges the programs of sessions when somebody reads them, by the list as it is then."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from server.accounts.models import Institution
from server.builds.judging import Judged, Listed, Program, finding, finding_id, judge
from server.builds.models import AcceptedBuildRow
from server.ingest.models import ExamSession, ProgramRow
from server.review.correlation import Incident
from server.review.reading import place
from shared.flags import Kind
from shared.policy import Policy

# By session id, what was judged of it, in the order of its records.
JudgedOf = dict[str, tuple[Judged, ...]]


async def read_judged(db: AsyncSession, sessions: Sequence[ExamSession]) -> JudgedOf:
    """What the list says of these sessions' programs, in one question."""
    by_id = {session.id: session for session in sessions}
    found: dict[str, list[Judged]] = {name: [] for name in by_id}
    for row in await db.execute(_query(list(by_id))):
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


def _query(sessions: list[str]) -> Any:
    """Programs with what the list of their session's institution says."""
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
        .where(ProgramRow.session_id.in_(sessions))
        .order_by(ProgramRow.session_id, ProgramRow.seq)
    )


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
