"""What an institution takes out as tables: sessions, flags, decisions, candidates, its log.

Each is read in portions, every portion in a transaction of its own, so that nobody waits for a
long one. The names of columns are stable: programs read them. Times are RFC 3339 in UTC.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Account
from server.accounts.staff import Staff
from server.audit.models import LogEntryRow
from server.enrolment.models import Candidate, Enrolment
from server.exams.models import Exam
from server.ingest.models import ExamSession
from server.integrations.tables import Row
from server.review.durations import MICROS, iso
from server.review.flag_reading import read_flags_of
from server.review.models import DecisionRow, SessionDecisionRow
from server.review.queue import Filters, ranked
from server.review.ranking import refresh_stale
from server.review.reading import extent
from server.storage.database import Database
from shared.log import Access, Act, decode_entry

# Sessions, places or entries of one transaction: some ten milliseconds of the database's time.
PORTION = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, for what of it, and when (µs UTC)."""

    staff: Staff
    filters: Filters
    now: int


Portions = AsyncIterator[list[Row]]

SESSIONS = (
    *("session", "exam", "exam_title", "candidate", "name", "reference", "state", "closed"),
    *("created", "began", "last_heard", "seconds", "records", "score", "open", "confirmed"),
    *("dismissed", "escalated", "outcome", "keep_until", "purged"),
)
FLAGS = (
    *("session", "flag", "exam", "candidate", "kind", "severity", "start", "end", "confidence"),
    *("incidents", "verdict", "decisions", "second_review"),
)
DECISIONS = ("session", "flag", "n", "verdict", "reasons", "note", "account", "name", "at")
CANDIDATES = (
    *("candidate", "name", "reference", "email", "created", "exam", "exam_title"),
    *("enrolment", "redeemed", "withdrawn", "session"),
)
AUDIT = (
    *("n", "time", "actor", "role", "address", "action", "subject_kind", "subject"),
    *("detail", "hash"),
)


async def sessions(database: Database, asked: Asked) -> Portions:
    """Every session that the filters let through, as the list shows it."""
    ids = await _ids(database, asked)
    for at in range(0, len(ids), PORTION):
        async with database.transaction() as db:
            query = await ranked(
                db, asked.staff.institution_id, asked.staff.id, asked.filters, asked.now
            )
            part = query.where(ExamSession.id.in_(ids[at : at + PORTION]))
            found = (await db.execute(part.order_by(ExamSession.id))).tuples().all()
        yield [_session(*row) for row in found]


async def flags(database: Database, asked: Asked) -> Portions:
    """Every flag of these sessions."""
    ids = await _ids(database, asked)
    for at in range(0, len(ids), PORTION):
        async with database.transaction() as db:
            part = await _sessions(db, ids[at : at + PORTION])
            found = await read_flags_of(db, part)
        yield [
            (
                one.id,
                flag.id,
                one.exam_id,
                one.candidate_id,
                flag.kind.value,
                flag.severity.value,
                flag.start / MICROS,
                None if flag.end is None else flag.end / MICROS,
                round(flag.confidence, 4),
                flag.count,
                flag.verdict.value,
                len(flag.history),
                flag.proposed is not None,
            )
            for one in part
            for flag in found[one.id]
        ]


async def decisions(database: Database, asked: Asked) -> Portions:
    """Every decision about flags, and about whole sessions (``flag`` empty)."""
    ids = await _ids(database, asked)
    for at in range(0, len(ids), PORTION):
        part = ids[at : at + PORTION]
        of_flags = (
            select(DecisionRow, Account.name)
            .join(Account, Account.id == DecisionRow.account_id)
            .where(DecisionRow.session_id.in_(part))
            .order_by(DecisionRow.session_id, DecisionRow.flag_id, DecisionRow.n)
        )
        of_sessions = (
            select(SessionDecisionRow, Account.name)
            .join(Account, Account.id == SessionDecisionRow.account_id)
            .where(SessionDecisionRow.session_id.in_(part))
            .order_by(SessionDecisionRow.session_id, SessionDecisionRow.n)
        )
        async with database.transaction() as db:
            rows: list[Row] = [
                (
                    one.session_id,
                    one.flag_id,
                    *_decided(one, one.verdict, ""),
                    name,
                    iso(one.at),
                )
                for one, name in (await db.execute(of_flags)).tuples()
            ]
            rows += [
                (
                    one.session_id,
                    "",
                    *_decided(one, one.outcome, "; ".join(one.reasons)),
                    name,
                    iso(one.at),
                )
                for one, name in (await db.execute(of_sessions)).tuples()
            ]
        yield rows


async def candidates(database: Database, asked: Asked) -> Portions:
    """Every place in an exam with its candidate; codes are kept nowhere."""
    own, last = Exam.institution_id == asked.staff.institution_id, ""
    if asked.filters.exam:
        own = own & (Exam.id == asked.filters.exam)
    while True:
        query = (
            select(Enrolment, Candidate, Exam)
            .join(Candidate, Candidate.id == Enrolment.candidate_id)
            .join(Exam, Exam.id == Enrolment.exam_id)
            .where(own, Enrolment.id > last)
            .order_by(Enrolment.id)
            .limit(PORTION)
        )
        async with database.transaction() as db:
            found = (await db.execute(query)).tuples().all()
        if not found:
            return
        yield [_place(*row) for row in found]
        last = found[-1][0].id


async def audit_log(database: Database, asked: Asked) -> Portions:
    """Every entry of the log, as columns; the signed lines are ``/audit/log``."""
    last = -1
    while True:
        query = (
            select(LogEntryRow)
            .where(
                LogEntryRow.institution_id == asked.staff.institution_id, LogEntryRow.n > last
            )
            .order_by(LogEntryRow.n)
            .limit(PORTION)
        )
        async with database.transaction() as db:
            found = list(await db.scalars(query))
        if not found:
            return
        yield [_entry(row) for row in found]
        last = found[-1].n


async def _ids(database: Database, asked: Asked) -> list[str]:
    """The sessions that the filters let through, in order of their ids."""
    async with database.transaction() as db:
        await refresh_stale(db, asked.staff.institution_id)
    async with database.transaction() as db:
        query = await ranked(
            db, asked.staff.institution_id, asked.staff.id, asked.filters, asked.now
        )
        return list(
            await db.scalars(query.with_only_columns(ExamSession.id).order_by(ExamSession.id))
        )


async def _sessions(db: AsyncSession, ids: Sequence[str]) -> list[ExamSession]:
    query = select(ExamSession).where(ExamSession.id.in_(ids)).order_by(ExamSession.id)
    return list(await db.scalars(query))


def _decided(one: DecisionRow | SessionDecisionRow, verdict: str, reasons: str) -> Row:
    return (one.n, verdict, reasons, one.note, one.account_id)


def _session(session: ExamSession, candidate: Candidate, exam: Exam, rank: Any) -> Row:
    about = (session.id, exam.id, exam.title, candidate.id, candidate.name, candidate.reference)
    when = (_time(session.created), _time(session.origin_wall), _time(session.last_seen))
    counts = (rank.open, rank.accepted, rank.dismissed, rank.escalated, rank.outcome)
    return (
        *about,
        session.state,
        session.closed,
        *when,
        round(extent(session) / MICROS, 3),
        session.size,
        round(rank.score, 3),
        *counts,
        _time(session.keep_until),
        _time(session.purged_at),
    )


def _place(enrolment: Enrolment, candidate: Candidate, exam: Exam) -> Row:
    about = (candidate.id, candidate.name, candidate.reference, candidate.email)
    return (
        *about,
        _time(candidate.created),
        exam.id,
        exam.title,
        enrolment.id,
        _time(enrolment.redeemed_at),
        _time(enrolment.withdrawn),
        enrolment.session_id,
    )


def _entry(row: LogEntryRow) -> Row:
    entry = decode_entry(row.payload)
    detail: Mapping[str, Any] = {}
    match entry.body:
        case Act(detail=detail):
            pass
        case Access(stream=str(stream)):
            detail = {"stream": stream}
        case _:
            pass
    said = msgspec.json.encode(detail).decode() if detail else ""
    who = (row.n, iso(row.time), entry.actor, entry.role, entry.address)
    return (*who, row.action, row.subject_kind, row.subject_id, said, row.hash)


def _time(micros: int | None) -> str | None:
    return None if micros is None else iso(micros)
