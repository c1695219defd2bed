"""Writes the audit: one row for each thing done or seen, in the doer's transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.staff import Staff
from server.audit.models import AuditRow

SYSTEM = "system"


def record(
    db: AsyncSession,
    now: int,
    actor: Staff | str,
    action: str,
    subject: tuple[str, str],
    *,
    institution_id: str | None = None,
    address: str | None = None,
    **detail: Any,
) -> None:
    """Add a row; it is kept if, and only if, the transaction is.

    Args:
        db: the transaction in which the thing is done.
        now: microseconds UTC.
        actor: who did it, or ``SYSTEM``.
        action: a short verb phrase, ``"session.view"``.
        subject: the kind and id of what it was done to.
        institution_id: whose matter it is, where the actor does not say.
        address: the network address it was asked from.
        detail: whatever makes the row understood later; JSON values.
    """
    staff = actor if isinstance(actor, Staff) else None
    db.add(
        AuditRow(
            time=now,
            institution_id=staff.institution_id if staff else institution_id,
            actor=staff.id if staff else str(actor),
            action=action,
            subject_kind=subject[0],
            subject_id=subject[1],
            address=address,
            detail=detail,
        )
    )
