"""The time zone that an institution plans its exams in, where an exam names no other."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Institution
from server.accounts.staff import Staff
from server.audit import service as audit
from server.exams.starting import zones


class NoSuchZone(ValueError):
    """There is no time zone of this name; the message says so, for who typed it."""


async def change_zone(db: AsyncSession, now: int, staff: Staff, name: str) -> str:
    """Say new exams' times in another time zone; its name.

    Raises:
        NoSuchZone: this computer knows none of this name.
    """
    name = name.strip()
    if name not in zones():
        raise NoSuchZone(f"There is no time zone {name[:40]!r}; for example Europe/Vienna.")
    institution = await db.get_one(Institution, staff.institution_id)
    institution.zone = name
    subject = ("institution", institution.id)
    audit.record(db, now, staff, "institution.zone", subject, zone=name)
    return name
