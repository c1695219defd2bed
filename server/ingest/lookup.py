"""Finds a session for staff: only their own institution's sessions exist for them."""

from __future__ import annotations

from litestar.exceptions import NotFoundException
from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.staff import Staff
from server.ingest.models import ExamSession

# Asked for with every piece of media: made once.
_OF_INSTITUTION = select(ExamSession).where(
    ExamSession.id == bindparam("session"),
    ExamSession.institution_id == bindparam("institution"),
)


async def session_of(db: AsyncSession, staff: Staff, session_id: str) -> ExamSession:
    """The session ``session_id`` of the account's institution.

    Raises:
        NotFoundException: there is none (another institution's looks the same).
    """
    asked = {"session": session_id, "institution": staff.institution_id}
    found = (await db.execute(_OF_INSTITUTION, asked)).scalar_one_or_none()
    if found is None:
        raise NotFoundException("There is no such session.")
    return found
