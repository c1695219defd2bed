"""``/sessions/{id}/verdict``: every numbered check, how it went, and where it failed."""

from __future__ import annotations

from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Role
from server.accounts.staff import current_account, require
from server.audit.service import viewed
from server.clock import WallClock
from server.enrolment.models import Candidate
from server.exams.models import Exam
from server.ingest.lookup import session_of
from server.ingest.models import BlobRow, ExamSession, RecordRow, SegmentRow
from server.network import AnyRequest
from server.reports.verdicts import Kept, Look, VerdictOut, Verdicts, Where
from server.retention.gone import demand_records
from server.review.reading import place
from server.storage.database import Database
from server.web.rendering import page


class VerdictPages(Controller):
    """The verdict on one session."""

    path = "/sessions/{session_id:str}/verdict"
    guards = (require(Role.OBSERVER),)
    include_in_schema = False

    @get("/")
    async def get_verdict(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        database: NamedDependency[Database],
        verdicts: NamedDependency[Verdicts],
        clock: NamedDependency[WallClock],
    ) -> Template:
        """The verdict, or how far it is; only that part where htmx asks for news."""
        staff = current_account(request)
        async with database.transaction() as db:
            session = await session_of(db, staff, session_id)
            await demand_records(db, session_id)
            look = await verdicts.look(db, session)
            context = await _context(db, session, look)
            await viewed(db, clock(), staff, session, "verdict")
        part = "HX-Request" in request.headers
        return page("verdict_news.html" if part else "verdict.html", context)

    @post("/", status_code=303, guards=[require(Role.PROCTOR)])
    async def post_verdict(
        self,
        request: AnyRequest,
        session_id: FromPath[str],
        database: NamedDependency[Database],
        verdicts: NamedDependency[Verdicts],
    ) -> Redirect:
        """Verify anew, whatever was said before."""
        async with database.transaction() as db:
            session = await session_of(db, current_account(request), session_id)
            await demand_records(db, session_id)
        verdicts.begin(session.id)
        return Redirect(f"/sessions/{session.id}/verdict", status_code=303)


async def _context(db: AsyncSession, session: ExamSession, look: Look) -> dict[str, Any]:
    verdict = look.verdict if isinstance(look, Kept) else None
    return {
        "session": session,
        "exam": await db.get_one(Exam, session.exam_id),
        "candidate": await db.get_one(Candidate, session.candidate_id),
        "look": look,
        "kind": type(look).__name__,
        "verdict": verdict,
        "times": await _times(db, session, verdict) if verdict else {},
    }


async def _times(
    db: AsyncSession, session: ExamSession, verdict: VerdictOut
) -> dict[Where, int]:
    """Where on the session's time line (µs) each named record and piece is."""
    named = {where for check in verdict.checks for where in check.where if where}
    records = [where.record for where in named if where.record is not None]
    found = {
        Where(record=seq): at for seq, at in (await _records(db, session, records)).items()
    }
    for where in named:
        if where.stream is not None and where.stream_seq is not None:
            at = await _piece(db, session, where.stream, where.stream_seq)
            if at is not None:
                found[where] = at
    return found


async def _records(db: AsyncSession, session: ExamSession, seqs: list[int]) -> dict[int, int]:
    query = select(RecordRow.seq, RecordRow.boot, RecordRow.mono).where(
        RecordRow.session_id == session.id, RecordRow.seq.in_(seqs)
    )
    return {
        seq: max(0, place(session, boot, mono)) for seq, boot, mono in await db.execute(query)
    }


async def _piece(db: AsyncSession, session: ExamSession, stream: str, n: int) -> int | None:
    """Where a piece begins; an attachment, where the record is that commits to it."""
    own = await db.get(SegmentRow, (session.id, stream, n))
    if own is not None:
        return max(0, place(session, own.boot, own.start))
    query = select(BlobRow.seq).where(
        BlobRow.session_id == session.id, BlobRow.stream == stream, BlobRow.stream_seq == n
    )
    seq = await db.scalar(query)
    return None if seq is None else (await _records(db, session, [seq])).get(seq)
