"""What rules would have flagged on past sessions: their stored incidents under other terms."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.builds import judging
from server.builds.reading import read_judged
from server.enrolment.models import Candidate
from server.exams.models import Exam
from server.exams.recount import Fate, Judged, KindCount, count, judge
from server.exams.terms import Terms
from server.ingest.models import ExamSession
from server.review.correlation import Incident
from server.review.flag_reading import Added, flags_of, read_added, read_incidents
from server.review.phases import Phases, read_phases_of
from server.review.reading import extent, policies_of
from server.review.score import Score, score
from server.storage.database import Database
from shared.flags import Kind
from shared.policy import Policy

# Sessions that are looked at: enough for a rate, and read within a second or two.
MOST_SESSIONS = 100

# Sessions whose change is shown.
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Past:
    """A session, the rules that it was held under, and what is known of it."""

    session: ExamSession
    candidate: str
    policy: Policy
    incidents: list[Incident]
    phases: Phases
    added: Added
    programs: Sequence[judging.Judged] = ()


@dataclass(frozen=True, slots=True)
class Changed:
    """A session whose score and flags change: ``then`` and ``now``, flags and scores."""

    session_id: str
    candidate: str
    flags_then: int
    flags_now: int
    then: Score
    now: Score

    @property
    def by(self) -> float:
        """How much the score changes."""
        return abs(self.now.value - self.then.value)


@dataclass(frozen=True, slots=True)
class PreviewTable:
    """The whole preview: ``sessions`` looked at, kinds then and now, whose score changes."""

    sessions: int
    kinds: list[KindCount]
    changed: list[Changed]
    flags_then: int
    flags_now: int
    unsure: bool


async def preview_terms(
    database: Database, institution_id: str, terms: Terms, exam_id: str | None
) -> PreviewTable:
    """Try terms on the newest sessions of an exam, or of the whole institution."""
    pasts = await read_past(database, institution_id, exam_id)
    return await asyncio.to_thread(retold, pasts, terms)


async def read_past(database: Database, institution_id: str, exam_id: str | None) -> list[Past]:
    """The newest sessions of which there are records, an exam's or the institution's."""
    query = (
        select(ExamSession, Candidate.name)
        .join(Candidate, Candidate.id == ExamSession.candidate_id)
        .where(ExamSession.institution_id == institution_id, ExamSession.size > 0)
        .order_by(ExamSession.created.desc(), ExamSession.id)
        .limit(MOST_SESSIONS)
    )
    if exam_id is not None:
        query = query.where(ExamSession.exam_id == exam_id)
    async with database.transaction() as db:
        rows = (await db.execute(query)).tuples().all()
        sessions = [session for session, _ in rows]
        policies = await policies_of(db, sessions)
        incidents = await read_incidents(db, sessions)
        phases = await read_phases_of(db, sessions)
        programs = await read_judged(db, sessions)
        added = await read_added(db, [session.id for session in sessions])
    return [
        Past(
            session,
            name,
            policies[session.policy_version_id],
            incidents[session.id],
            phases[session.id],
            added,
            programs[session.id],
        )
        for session, name in rows
    ]


def retold(pasts: Sequence[Past], terms: Terms) -> PreviewTable:
    """The preview over sessions that were read."""
    judged = {
        past.session.id: [
            judge(one, past.policy.rule(one.kind), terms.rule(one.kind))
            for one in past.incidents
        ]
        for past in pasts
    }
    kinds = [_count(kind, pasts, judged, terms) for kind in Kind]
    changed = [_changed(past, judged[past.session.id], terms) for past in pasts]
    most = sorted((one for one in changed if _differs(one)), key=lambda one: -one.by)
    return PreviewTable(
        sessions=len(pasts),
        kinds=[one for one in kinds if one.tells],
        changed=most[:SHOWN],
        flags_then=sum(one.flags_then for one in changed),
        flags_now=sum(one.flags_now for one in changed),
        unsure=any(one.unsure for one in kinds),
    )


def _differs(one: Changed) -> bool:
    return one.by >= 0.5 or one.flags_then != one.flags_now


def _count(
    kind: Kind, pasts: Sequence[Past], judged: dict[str, list[Judged]], terms: Terms
) -> KindCount:
    pairs = [
        (
            past.policy.rule(kind),
            [one for one in judged[past.session.id] if one.incident.kind is kind],
        )
        for past in pasts
    ]
    return count(kind, pairs, terms.rule(kind))


def _changed(past: Past, judged: Sequence[Judged], terms: Terms) -> Changed:
    session, now = past.session, extent(past.session)
    meant = msgspec.structs.replace(past.policy, kinds=terms.rules)
    stay = [one.incident for one in judged if one.fate is not Fate.GONE]
    before = flags_of(session.id, past.incidents, past.policy, past.added, past.programs)
    after = flags_of(session.id, stay, meant, past.added, past.programs)
    within = past.phases.counted
    return Changed(
        session_id=session.id,
        candidate=past.candidate,
        flags_then=len(before),
        flags_now=len(after),
        then=score(before, past.policy, now, within),
        now=score(after, meant, now, within),
    )


async def exams_with_sessions(db: AsyncSession, institution_id: str) -> list[Exam]:
    """Exams that a preview can be made of, the newest first."""
    query = (
        select(Exam)
        .where(
            Exam.institution_id == institution_id,
            select(ExamSession.id)
            .where(ExamSession.exam_id == Exam.id, ExamSession.size > 0)
            .exists(),
        )
        .order_by(Exam.starts.desc(), Exam.id)
        .limit(MOST_SESSIONS)
    )
    return list(await db.scalars(query))
