"""Of a session of which everything was destroyed nothing more is taken in: the certificate says
that nothing is left, and nothing would ever destroy what came after it. And nothing is said of
it any more: without its records a report would tell of a session in which nothing happened.
"""

from __future__ import annotations

from litestar.exceptions import HTTPException
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.ingest.models import ExamSession
from server.problems import Rejection
from server.retention.certificates import all_gone

WHY = "Everything of this session was destroyed: nothing more is written about it."
NOTHING_LEFT = "This session's evidence was destroyed; only the certificates of that are left."


async def demand_records(db: AsyncSession, session_id: str) -> None:
    """Let pass whatever is to be made of a session's records.

    Raises:
        HTTPException: 410 where they were destroyed.
    """
    if await all_gone(db, session_id):
        raise HTTPException(NOTHING_LEFT, status_code=410)


async def refuse_gone(db: AsyncSession, session_id: str) -> Rejection | None:
    """Why nothing may be written about a session, if nothing is left of it. Where something is,
    it stays so to the transaction's end: what is written is destroyed with the rest.
    """
    await keep_from_ending(db, session_id)
    return Rejection("about:blank", 410, WHY) if await all_gone(db, session_id) else None


async def keep_from_ending(db: AsyncSession, session_id: str) -> int | None:
    """Have a destruction's beginning and end (``destruction``) wait for this transaction's end;
    since when nothing more is taken in (µs UTC), if nothing is.
    """
    query = select(ExamSession.purged_at).where(ExamSession.id == session_id)
    return await db.scalar(query.with_for_update(read=True, key_share=True))
