"""Notes beside flags and sessions, and to whom those are assigned. All of it is only added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.models import Account, Role
from server.accounts.staff import Staff
from server.audit.service import record
from server.ingest.models import ExamSession
from server.problems import Rejection
from server.retention.gone import refuse_gone
from server.review.calling import Called, call
from server.review.flag_memory import read_flag
from server.review.life import MAX_NOTE_CHARS
from server.review.models import AssignmentRow, NoteRow, RankRow
from server.review.ranking import refresh
from server.review.turns import take_turn
from shared.encoding import sha256_hex

# What one flag, or one session, may have of either: a long discussion, not a store.
MOST_NOTES = 500


@dataclass(frozen=True, slots=True)
class Noted:
    """A note that was kept, and who was called by it."""

    n: int
    called: Called


async def add_note(
    db: AsyncSession, now: int, staff: Staff, session: ExamSession, flag_id: str, said: str
) -> Noted | Rejection:
    """Keep a note beside a flag, or beside the session where ``flag_id`` is empty."""
    said = said.strip()
    if not said:
        return _unfit(422, "Write something first.")
    if len(said) > MAX_NOTE_CHARS:
        return _unfit(422, f"A note has at most {MAX_NOTE_CHARS} characters.")
    missing = await _begin(db, session, flag_id)
    if missing is not None:
        return missing
    n = await _next(db, NoteRow, session.id, flag_id)
    if n > MOST_NOTES:
        return _unfit(409, f"There are {MOST_NOTES} notes here already; no more are taken.")
    row = NoteRow(
        session_id=session.id, flag_id=flag_id, n=n, text=said, account_id=staff.id, at=now
    )
    db.add(row)
    await db.flush()
    called = await call(db, now, staff, (session.id, flag_id), ("note", n), said)
    # What a note says may be personal; that it is this note can be shown all the same.
    told = sha256_hex(said.encode("utf-8", "replace"))
    _log(db, now, staff, session, "note.add", flag_id, n=n, note=told)
    await refresh(db, session)
    return Noted(n, called)


async def assign(
    db: AsyncSession,
    now: int,
    staff: Staff,
    session: ExamSession,
    flag_id: str,
    account_id: str | None,
) -> Rejection | None:
    """Assign a flag, or the session where ``flag_id`` is empty, to somebody or to nobody. To
    whom it is assigned already stays as it is.
    """
    if account_id is not None and not await _may_review(db, staff, account_id):
        return _unfit(422, "Choose somebody of your institution who may review.")
    missing = await _begin(db, session, flag_id)
    if missing is not None:
        return missing
    n = await _next(db, AssignmentRow, session.id, flag_id)
    last = await db.get(AssignmentRow, (session.id, flag_id, n - 1))
    if (last.account_id if last else None) == account_id:
        return None
    row = AssignmentRow(
        session_id=session.id,
        flag_id=flag_id,
        n=n,
        account_id=account_id,
        by_id=staff.id,
        at=now,
    )
    db.add(row)
    await db.flush()
    _log(db, now, staff, session, "review.assign", flag_id, n=n, to=account_id or "")
    await refresh(db, session)
    if not flag_id:
        mine = RankRow.session_id == session.id
        await db.execute(update(RankRow).where(mine).values(assigned=account_id))
    return None


async def _begin(db: AsyncSession, session: ExamSession, flag_id: str) -> Rejection | None:
    await take_turn(db, session.id)
    if gone := await refuse_gone(db, session.id):
        return gone
    if flag_id and await read_flag(db, session, flag_id) is None:
        return _unfit(404, "This session has no such flag.")
    return None


async def _next(
    db: AsyncSession, table: type[NoteRow] | type[AssignmentRow], session_id: str, flag_id: str
) -> int:
    query = select(func.max(table.n)).where(
        table.session_id == session_id, table.flag_id == flag_id
    )
    return (await db.scalar(query) or 0) + 1


async def _may_review(db: AsyncSession, staff: Staff, account_id: str) -> bool:
    return (
        await db.scalar(reviewers(staff.institution_id, Account.id == account_id))
    ) is not None


def reviewers(institution_id: str, *more: ColumnElement[bool]) -> Any:
    """A question for the accounts of an institution that may decide, by name."""
    roles = [role.value for role in Role if role.rank >= Role.PROCTOR.rank]
    return (
        select(Account)
        .where(
            Account.institution_id == institution_id,
            Account.active,
            Account.role.in_(roles),
            *more,
        )
        .order_by(Account.name)
    )


def _log(
    db: AsyncSession,
    now: int,
    staff: Staff,
    session: ExamSession,
    action: str,
    flag_id: str,
    **detail: Any,
) -> None:
    named: dict[str, Any] = {"flag": flag_id} if flag_id else {}
    record(db, now, staff, action, ("session", session.id), **named, **detail)


def _unfit(status: int, why: str) -> Rejection:
    return Rejection("about:blank", status, why)
