"""Finds a session for staff: only their own institution's sessions exist for them."""

from __future__ import annotations

from litestar.exceptions import NotFoundException
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.staff import Staff
from server.ingest.models import ExamSession


async def session_of(db: AsyncSession, staff: Staff, session_id: str) -> ExamSession:
    """The session ``session_id`` of the account's institution.

    Raises:
        NotFoundException: there is none (another institution's looks the same).
    """
    query = select(ExamSession).where(
        ExamSession.id == session_id, ExamSession.institution_id == staff.institution_id
    )
    found = (await db.execute(query)).scalar_one_or_none()
    if found is None:
        raise NotFoundException("There is no such session.")
    return found
