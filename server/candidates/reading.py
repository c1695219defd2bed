"""What a candidate's page shows, read in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution
from server.audit.models import LogEntryRow
from server.candidates.appeals import appeals_of
from server.candidates.consent import Consent, consents_of
from server.candidates.models import AppealRow, DataRequestRow
from server.candidates.requests import requests_of
from server.enrolment.models import Candidate
from server.exams.models import Exam
from server.ingest.models import ExamSession, ForkRow
from server.retention.keeping import Kept, read_kept
from server.retention.settings import Protection, read_protection
from server.review.models import DecisionRow, SessionDecisionRow, VerdictRow
from server.review.outcomes import Outcome
from server.review.reading import policies_of
from server.review.verdicts import Mark
from shared.log import Access, decode_entry

# Entries of the log that are shown: of a session that was much looked at, the newest.
MOST_LOOKS = 500


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody of ``role`` looked at ``what`` (words of the log) at ``at`` (µs UTC), so many
    ``times`` that day.
    """

    at: int
    role: str
    what: str
    times: int


@dataclass(frozen=True, slots=True)
class MyPage:
    """All that the page shows. ``delivered`` is ``all``, ``some`` or ``none``, and ``None``
    where what is missing would not be taken in any more; ``reviewed`` is ``yes``, ``some`` or
    ``no``; ``verified`` is ``holds``, ``fails`` or ``not``; ``decision`` is ``None`` where the
    institution does not publish it; ``looks`` likewise. ``at_limit`` is what the exam's rules
    have a score do that reaches their limit: ``pause``, ``terminate`` or ``none``.
    """

    session: ExamSession
    exam: Exam
    candidate: Candidate
    institution: Institution
    protection: Protection
    kept: Kept
    consent: Consent | None
    delivered: str | None
    verified: str
    reviewed: str
    decision: str | None
    at_limit: str
    looks: list[Look] | None
    appeals: list[AppealRow]
    requests: list[DataRequestRow]

    @property
    def gone_at(self) -> int | None:
        """When everything was destroyed (µs UTC), if it was: what was checked, looked at or
        decided of it nobody knows then.
        """
        return next((one.at for one in self.kept.gone if one.everything), None)


async def read_my_page(db: AsyncSession, session: ExamSession) -> MyPage:
    """Read it."""
    protection = await read_protection(db, session.institution_id)
    outcome = await _outcome(db, session.id)
    return MyPage(
        session=session,
        exam=await db.get_one(Exam, session.exam_id),
        candidate=await db.get_one(Candidate, session.candidate_id),
        institution=await db.get_one(Institution, session.institution_id),
        protection=protection,
        kept=await read_kept(db, session),
        consent=(await consents_of(db, [session]))[session.id],
        delivered=_delivered(session),
        verified=await _verified(db, session),
        reviewed=await _reviewed(db, session.id, outcome),
        decision=outcome.value if protection.publish_decision else None,
        at_limit=await _at_limit(db, session),
        looks=await read_looks(db, session) if protection.show_viewers else None,
        appeals=await appeals_of(db, session.id),
        requests=await requests_of(db, session.candidate_id),
    )


async def read_looks(db: AsyncSession, session: ExamSession) -> list[Look]:
    """Who saw the evidence, by role and day, newest first; no names."""
    query = (
        select(LogEntryRow.payload)
        .where(
            LogEntryRow.institution_id == session.institution_id,
            LogEntryRow.subject_id == session.id,
            LogEntryRow.type == "access",
        )
        .order_by(LogEntryRow.n.desc())
        .limit(MOST_LOOKS)
    )
    found: dict[Any, Look] = {}
    for payload in await db.scalars(query):
        entry = decode_entry(payload)
        if not isinstance(entry.body, Access):
            continue
        role = entry.role or ("candidate" if entry.actor == "candidate" else "")
        key = (entry.time // 86_400_000_000, role, entry.body.what)
        seen = found.get(key)
        times = seen.times + 1 if seen else 1
        at = seen.at if seen else entry.time
        found[key] = Look(at, role, entry.body.what, times)
    return list(found.values())


async def _at_limit(db: AsyncSession, session: ExamSession) -> str:
    review = (await policies_of(db, [session]))[session.policy_version_id].review
    return review.at_limit if review.limit else "none"


def _delivered(session: ExamSession) -> str | None:
    if session.closed and session.blobs == session.blobs_durable:
        return "all"
    if session.purged_at is not None:
        return None
    return "some" if session.size else "none"


async def _verified(db: AsyncSession, session: ExamSession) -> str:
    """What the last verdict says of all that there is. One of an earlier state says nothing of
    what has come since; what was destroyed since was there, and is told of by itself.
    """
    row = await db.get(VerdictRow, session.id)
    forks = select(func.count()).where(ForkRow.session_id == session.id)
    now = Mark.of(session, await db.scalar(forks) or 0)
    if row is None or now._replace(purged=row.purged) != _mark(row):
        return "not"
    return "fails" if row.fails else "holds"


def _mark(row: VerdictRow) -> Mark:
    return Mark(row.size, row.receipts, row.blobs, row.forks, row.purged)


async def _outcome(db: AsyncSession, session_id: str) -> Outcome:
    query = (
        select(SessionDecisionRow.outcome)
        .where(SessionDecisionRow.session_id == session_id)
        .order_by(SessionDecisionRow.n.desc())
        .limit(1)
    )
    return Outcome(await db.scalar(query) or Outcome.OPEN)


async def _reviewed(db: AsyncSession, session_id: str, outcome: Outcome) -> str:
    if outcome is not Outcome.OPEN:
        return "yes"
    query = select(func.count()).where(DecisionRow.session_id == session_id)
    return "some" if await db.scalar(query) else "no"
