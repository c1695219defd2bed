"""An institution's exams as they are listed: where each stands, how many it has."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.enrolment.models import Enrolment
from server.exams.models import Exam
from server.exams.schedule import State, state_of
from server.ingest.models import ExamSession


@dataclass(frozen=True, slots=True)
class ExamLine:
    """An exam in the list, where it stands, and how many places and sessions it has; places
    that were given up are not counted.
    """

    exam: Exam
    state: State
    places: int
    sessions: int


async def exam_lines(
    db: AsyncSession, institution_id: str, now: int, *, only: str | None = None
) -> list[ExamLine]:
    """The institution's exams, the newest first; or the one whose id is ``only``."""
    own = [Exam.institution_id == institution_id]
    if only is not None:
        own.append(Exam.id == only)

    async def counts(
        table: type[Enrolment] | type[ExamSession], *which: ColumnElement[bool]
    ) -> dict[str, int]:
        query = (
            select(table.exam_id, func.count())
            .join(Exam, Exam.id == table.exam_id)
            .where(*own, *which)
            .group_by(table.exam_id)
        )
        return dict((await db.execute(query)).tuples().all())

    places = await counts(Enrolment, Enrolment.withdrawn.is_(None))
    sessions = await counts(ExamSession)
    at_it = await counts(ExamSession, ExamSession.state == "open")
    exams = select(Exam).where(*own).order_by(Exam.starts.desc(), Exam.title)
    return [
        ExamLine(
            exam,
            state_of(exam, now, under_way=at_it.get(exam.id, 0)),
            places.get(exam.id, 0),
            sessions.get(exam.id, 0),
        )
        for exam in await db.scalars(exams)
    ]


async def exam_line(db: AsyncSession, exam: Exam, now: int) -> ExamLine:
    """One exam as the list has it."""
    await db.flush()
    (line,) = await exam_lines(db, exam.institution_id, now, only=exam.id)
    return line


async def under_way(db: AsyncSession, exam_id: str) -> int:
    """How many are at an exam."""
    query = select(func.count()).where(
        ExamSession.exam_id == exam_id, ExamSession.state == "open"
    )
    return await db.scalar(query) or 0
